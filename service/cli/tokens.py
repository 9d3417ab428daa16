"""`radar tokens`: API tokens."""

from __future__ import annotations

from datetime import timedelta

import click

from service.domain.accounts import Scope


@click.group()
def command() -> None:
    """Create, list and revoke API tokens.

    A token's secret is printed once; only its digest is kept.
    """


@command.command()
@click.argument("name")
@click.option("--scope", type=click.Choice([str(s) for s in Scope]), default="read", show_default=True)
@click.option("--days", type=click.IntRange(1, 730), default=90, show_default=True, help="how long it is valid")
def create(name: str, scope: str, days: int) -> None:
    """Create a token and print its secret."""
    from service.bootstrap import open_accounts
    from service.usecases.accounts import AccountError

    try:
        secret = open_accounts().create_token(name, Scope(scope), timedelta(days=days))
    except AccountError as error:
        raise click.ClickException(str(error)) from None
    click.echo(secret)


@command.command(name="list")
def list_tokens() -> None:
    """List tokens: name, scope, until when, last use."""
    from service.bootstrap import open_accounts

    with open_accounts().store.begin() as tx:
        for t in tx.tokens():
            state = "revoked" if t.revoked_at else f"until {t.expires_at:%Y-%m-%d}"
            used = f"{t.last_used_at:%Y-%m-%d %H:%M} UTC" if t.last_used_at else "never"
            click.echo(f"{t.name}\t{t.scope}\t{state}\tlast used {used}")


@command.command()
@click.argument("name")
def revoke(name: str) -> None:
    """Revoke the token of that name, at once."""
    from service.bootstrap import open_accounts

    accounts = open_accounts()
    with accounts.store.begin() as tx:
        revoked = tx.revoke_token(name, at=accounts.clock.now())
    if not revoked:
        raise click.ClickException(f"no valid token {name!r}")
    click.echo(f"revoked {name}")
