"""`radar tokens`: API tokens."""

from __future__ import annotations

from datetime import timedelta

import click

from service.domain.accounts import Scope

SCOPE = click.Choice([str(s) for s in Scope])


@click.group()
def command() -> None:
    """Create, list and revoke API tokens.

    A token's secret is printed once; only its digest is kept. A token never can more than its owner can; review and
    administration are for people, no token does them.
    """


@command.command()
@click.argument("name")
@click.option("--scope", "scopes", type=SCOPE, multiple=True, default=["read"], show_default=True)
@click.option("--owner", metavar="EMAIL", help="account it works for")
@click.option("--days", type=click.IntRange(1, 730), default=90, show_default=True, help="how long it is valid")
def create(name: str, scopes: tuple[str, ...], owner: str | None, days: int) -> None:
    """Create a token and print its secret; every token may read."""
    from service.bootstrap import open_accounts
    from service.usecases.errors import AccountError

    wanted = frozenset({Scope.READ, *map(Scope, scopes)})
    try:
        secret = open_accounts().tokens.create(name, wanted, timedelta(days=days), owner=owner)
    except AccountError as error:
        raise click.ClickException(str(error)) from None
    click.echo(secret)


@command.command(name="list")
def list_tokens() -> None:
    """List tokens: name, scopes, owner, until when, last use."""
    from service.bootstrap import open_accounts

    for t in open_accounts().tokens.all():
        state = "revoked" if t.revoked_at else f"until {t.expires_at:%Y-%m-%d}"
        used = f"{t.last_used_at:%Y-%m-%d %H:%M} UTC" if t.last_used_at else "never"
        click.echo(f"{t.name}\t{','.join(sorted(t.scopes))}\t{t.owner or '-'}\t{state}\tlast used {used}")


@command.command()
@click.argument("name")
def revoke(name: str) -> None:
    """Revoke the token of that name, at once."""
    from service.bootstrap import open_accounts

    if not open_accounts().tokens.revoke_named(name):
        raise click.ClickException(f"no valid token {name!r}")
    click.echo(f"revoked {name}")
