"""`radar users`: create accounts and set passwords."""

from __future__ import annotations

import click

from service.domain.accounts import Role


@click.group()
def command() -> None:
    """Create accounts and set passwords.

    A new or reset password is printed once; the person is asked for a password of their own at the first log-in.
    """


@command.command()
@click.argument("email")
@click.option("--role", type=click.Choice([str(r) for r in Role]), default="desk", show_default=True)
def add(email: str, role: str) -> None:
    """Create an account and print its one-time password."""
    from service.bootstrap import open_accounts
    from service.usecases.accounts import AccountError

    try:
        password = open_accounts().add(email, Role(role))
    except AccountError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"account {email} ({role}), one-time password: {password}")


@command.command()
@click.argument("email")
def reset(email: str) -> None:
    """Give an account a new one-time password and end its sessions."""
    from service.bootstrap import open_accounts
    from service.usecases.accounts import AccountError

    try:
        password = open_accounts().reset_password(email)
    except AccountError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"account {email}, one-time password: {password}")


@command.command(name="list")
def list_users() -> None:
    """List accounts and roles."""
    from service.bootstrap import open_accounts

    with open_accounts().store.begin() as tx:
        for email, role in tx.users():
            click.echo(f"{email}\t{role}")
