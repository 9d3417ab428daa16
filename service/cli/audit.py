"""`radar audit`: the audit log, its key and its signed heads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from service.cli.common import LARGEST, file_option

if TYPE_CHECKING:
    from service.domain.audit import AuditEntry, Head
    from service.ports.storage import Store

BATCH = 2000


@click.group()
def command() -> None:
    """Check, sign and export the audit log: an append-only chain of hashes, ids and digests only."""


@command.command()
def key() -> None:
    """Create the key that signs heads of the log; prints its public half. Keep a copy of both elsewhere."""
    from service.bootstrap import State
    from service.cli.common import settings_or_exit
    from service.storage.state_files import AuditKey

    path = State(settings_or_exit().state_dir).key
    try:
        made = AuditKey.create(path)
    except FileExistsError:
        raise click.ClickException(f"{path} is there already; heads signed with it need it") from None
    click.echo(f"{path}\npublic key: {made.key_id}")


@command.command()
def head() -> None:
    """Sign the end of the log now, and keep it in the file of heads."""
    from service.bootstrap import State, open_store
    from service.cli.common import settings_or_exit
    from service.cli.logs import configure_logging
    from service.scheduling.clock import SystemClock
    from service.storage.state_files import add_head
    from service.usecases.audit import anchor

    settings = settings_or_exit()
    configure_logging(settings.log_level)
    state = State(settings.state_dir)
    signer = _key_or_exit(state.key)
    made = anchor(open_store(settings), SystemClock(), signer=signer, keep=lambda h: add_head(state.heads, h))
    click.echo(json.dumps(asdict(made), sort_keys=True) if made else "the log is empty")


@command.command()
@click.option(
    "--heads",
    "heads_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="file of heads kept elsewhere (lines out of mails); the installation's own file is read too",
)
@click.option("--public-key", metavar="HEX", help="check signatures with this key in place of the key file")
def verify(heads_file: tuple[Path, ...], public_key: str | None) -> None:
    """Find every edit, deletion, reordering and truncation, and say at which entry. Exit status 1 if there is one."""
    from service.bootstrap import State, open_store
    from service.cli.common import settings_or_exit
    from service.cli.logs import configure_logging
    from service.storage.state_files import AuditKey, PublicKey
    from service.usecases.audit import verify as check

    settings = settings_or_exit()
    configure_logging(settings.log_level)
    state = State(settings.state_dir)
    signer = PublicKey(public_key) if public_key else AuditKey.load(state.key)
    heads = _heads([state.heads, *heads_file])
    with open_store(settings).snapshot() as tx:
        flaws = check(tx, heads=heads, signer=signer)
        seq, last = tx.audit_end()
    for flaw in flaws:
        click.echo(f"entry {flaw.seq}: {flaw.detail}", err=True)
    if flaws:
        raise SystemExit(1)
    newest = max((h.seq for h in heads), default=0)
    click.echo(f"whole: {seq} entries, last hash {last}")
    if newest < seq:
        click.echo(f"entries after {newest} are not anchored yet: cutting them off could not be seen")


@command.command()
@click.option("--after", type=click.IntRange(0, LARGEST), default=0, help="only entries behind this number")
@file_option
def export(after: int, output: Path) -> None:
    """Write the log as JSON Lines, up to the entry that is its last now; that the command began is logged."""
    from service.bootstrap import open_store
    from service.cli.common import settings_or_exit
    from service.domain.audit import Action
    from service.scheduling.clock import SystemClock
    from service.usecases.audit import CLI, audit

    store = open_store(settings_or_exit())
    with store.begin() as tx:
        last, _ = tx.audit_end()
        # before the first line: whoever reads may go away in the middle
        audit(tx, Action.EXPORTED, actor=CLI, at=SystemClock().now(), subject="audit", after=after, until=last)
    if str(output) != "-":
        output.touch(mode=0o600)
    with click.open_file(str(output), "w", encoding="utf-8") as file:
        for entry in _entries(store, after, last):
            values = asdict(entry) | {"at": entry.at.isoformat()}
            file.write(json.dumps(values, sort_keys=True, ensure_ascii=False) + "\n")


def _entries(store: Store, after: int, last: int) -> Iterator[AuditEntry]:
    """A snapshot for every batch: while the output waits (`| less`) the database is free."""
    while after < last:
        with store.snapshot() as tx:
            batch = list(islice(tx.audit_entries(after=after), BATCH))
        if not batch:
            return
        yield from (e for e in batch if e.seq <= last)
        after = batch[-1].seq


def _key_or_exit(path: Path):  # type: ignore[no-untyped-def]
    from service.storage.state_files import AuditKey

    if found := AuditKey.load(path):
        return found
    raise click.ClickException(f"there is no key {path}; create it with: radar audit key")


def _heads(paths: list[Path]) -> list[Head]:
    from service.storage.state_files import StateFileError, read_heads

    try:
        found = {(h.seq, h.hash, h.signature): h for path in paths for h in read_heads(path)}
    except StateFileError as error:
        raise click.ClickException(str(error)) from None
    return list(found.values())
