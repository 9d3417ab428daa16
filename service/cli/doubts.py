"""`radar doubts`: what the model is least sure of."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import timedelta

import click

QUESTIONS = ("relevant", "tone", "feedback", "axis", "topics", "protected")


@click.command()
@click.option("--question", type=click.Choice(QUESTIONS), help="only this question; all where not given")
@click.option("--days", type=click.IntRange(1, 365), default=14, show_default=True, help="how far to look back")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="most lines")
def command(question: str | None, days: int, limit: int) -> None:
    """Recent publications the model is least sure of, one a story, that nobody has answered about yet.

    One JSON line each; `margin` is the distance from the border in log-odds. People answer on the page /doubts.
    """
    from service.bootstrap import open_store
    from service.cli.common import settings_or_exit
    from service.domain.labels import Question
    from service.scheduling.clock import SystemClock
    from service.storage.read_models import SqlReadModels

    read = SqlReadModels(open_store(settings_or_exit()))
    since = SystemClock().now() - timedelta(days=days)
    for found in read.doubts(question=Question(question) if question else None, since=since, limit=limit):
        values = asdict(found) | {"published_at": found.published_at.isoformat()}
        click.echo(json.dumps(values, ensure_ascii=False))
