"""`radar openapi`: the OpenAPI document of the HTTP API."""

from __future__ import annotations

import json
from pathlib import Path

import click

from service.cli.common import file_option


@click.command()
@file_option
def command(output: Path) -> None:
    """The OpenAPI document (JSON) of this version's API, for those who write programs against it.

    It is the same as `/api/v1/openapi.json` of a running service; neither a service nor a database is needed. From one
    file to the next, programs see what has changed.

    \b
    radar openapi -o openapi.json
    """
    from service.web.app import api_document

    with click.open_file(str(output), "w", encoding="utf-8") as file:
        file.write(json.dumps(api_document(), ensure_ascii=False, indent=2) + "\n")
