"""`radar classify`: texts to judgements."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from service.cli.lines import BadLineError, batches, finish, open_lines, write


@click.command()
@click.argument("file", required=False)
@click.option(
    "--explain",
    is_flag=True,
    help="Add the words and sentences that decided, and what speaks against a flag. A name "
    "in brackets is a cue: any phrase of that list in classifiers/features/cues.",
)
@click.option(
    "--model",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of a candidate (var/models/NAME); the shipped model where not given.",
)
def command(file: str | None, explain: bool, folder: Path | None) -> None:
    """Judge texts: relevance, tone, feedback, axis, topics, audiences, places, protected speech, Article 11.

    FILE (or standard input) holds lines {id, title?, text, kind?, date?, protected_section?}. Kind is article, post,
    comment, letter or sms. One judgement a line comes out, in the same order; a bad line is reported and left out.
    """
    from service.classification.rows import RowError, StoreError, judge_rows, to_text

    def parse(row: dict[str, Any]) -> Any:
        try:
            return to_text(row)
        except RowError as error:
            raise BadLineError(str(error)) from None

    try:
        with open_lines(file) as lines:
            texts = (text for _, text in lines.parsed(parse))
            taken = batches(texts, lines)
            write(judge_rows(taken, explained=explain, folder=folder), live=lines.live)
            finish(lines)
    except StoreError as error:
        raise click.ClickException(str(error)) from None
