"""`radar users`: accounts, roles, second factors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from service.cli.common import LARGEST
from service.domain.accounts import Role

if TYPE_CHECKING:
    from service.domain.accounts import User
    from service.usecases.accounts import Accounts

ROLE = click.Choice([str(r) for r in Role])


@click.group()
def command() -> None:
    """Accounts, roles, second factors.

    A new or reset password is printed once; the person is asked for a password of their own at the first log-in.
    Reviewer and approver, and every administrator after the second, hold only when a second administrator confirms.
    """


@contextmanager
def _accounts(*, make: bool = False) -> Iterator[Accounts]:
    """The accounts; a refusal is shown and ends the command with status 1. `make` as in `open_store`."""
    from service.bootstrap import open_accounts
    from service.cli.common import settings_or_exit
    from service.usecases.errors import AccountError

    settings_or_exit()
    try:
        yield open_accounts(make=make)
    except AccountError as error:
        raise click.ClickException(str(error)) from None


def _administrator(accounts: Accounts, email: str) -> User:
    """The administrator, who shows it with password and code."""
    user = accounts.log_in(email.strip().lower(), click.prompt(f"password of {email}", hide_input=True, err=True))
    if user is None or Role.ADMINISTRATOR not in user.roles:
        raise click.ClickException("wrong password, a locked account, or no administrator")
    if user.totp_secret is None:
        raise click.ClickException(f"{email} has no second factor: enrol one first, on the page /account/second-factor")
    if not accounts.accept_code(user, click.prompt("code", hide_input=True, err=True)):
        raise click.ClickException("wrong code, or a locked account")
    return user


@command.command()
@click.argument("email")
@click.option("--role", "roles", type=ROLE, multiple=True, default=["desk"], show_default=True)
@click.option(
    "--province", "provinces", multiple=True, metavar="CODE", help="limit reads to this province (code or name)"
)
def add(email: str, roles: tuple[str, ...], provinces: tuple[str, ...]) -> None:
    """Create an account and print its one-time password."""
    with _accounts(make=True) as accounts:
        password = accounts.add(email, *map(Role, roles), provinces=provinces)
    click.echo(f"account {email} ({', '.join(roles)}), one-time password: {password}")


@command.command(name="list")
def list_users() -> None:
    """List accounts: roles, provinces, state, id in the audit log; then roles that wait for confirmation."""
    with _accounts() as accounts:
        emails = {}
        for u in accounts.users():
            emails[u.id] = u.email
            state = "disabled" if u.disabled_at else "locked" if accounts.locked(u) else "active"
            factor = "second factor" if u.totp_secret else "password only"
            where = ",".join(u.provinces) or "national"
            click.echo(f"{u.email}\t{','.join(sorted(u.roles)) or '-'}\t{where}\t{state}\t{factor}\t{u.ref}")
        for g in accounts.roles.waiting():
            click.echo(f"proposal {g.id}: {g.role} for {emails[g.user_id]}, by {g.proposed_by}")


@command.command()
@click.argument("email")
@click.argument("role", type=ROLE)
@click.option("--by", metavar="EMAIL", help="administrator who proposes (asked for password and code)")
def grant(email: str, role: str, by: str | None) -> None:
    """Give a role; reviewer and approver are proposed (--by) and wait for a second administrator."""
    with _accounts() as accounts:
        proposal = accounts.roles.grant(email, Role(role), by=_administrator(accounts, by) if by else None)
    if proposal is None:
        click.echo(f"{email} is {role}")
    else:
        click.echo(f"proposal {proposal.id}: another administrator runs: radar users confirm {proposal.id} --by EMAIL")


@command.command()
@click.argument("proposal", type=click.IntRange(1, LARGEST))
@click.option("--by", metavar="EMAIL", required=True, help="administrator who confirms (asked for password and code)")
def confirm(proposal: int, by: str) -> None:
    """Confirm a proposed role, as another person than who proposed it."""
    with _accounts() as accounts:
        done = accounts.roles.confirm(proposal, by=_administrator(accounts, by))
    click.echo(f"confirmed: {done.role}")


@command.command()
@click.argument("email")
@click.argument("role", type=ROLE)
def revoke(email: str, role: str) -> None:
    """Take a role away, at once."""
    with _accounts() as accounts:
        accounts.roles.revoke(email, Role(role), by=None)
    click.echo(f"{email} is no longer {role}")


@command.command()
@click.argument("email")
@click.argument("provinces", nargs=-1, metavar="[CODE]...")
def provinces(email: str, provinces: tuple[str, ...]) -> None:
    """Limit what an account reads to provinces, by code or name; without any: the whole country."""
    with _accounts() as accounts:
        accounts.set_provinces(email, provinces)
    click.echo(f"{email}: {', '.join(provinces) or 'national'}")


@command.command()
@click.argument("email")
@click.option("--undo", is_flag=True, help="let the account in again")
def disable(email: str, undo: bool) -> None:
    """Let nobody in with an account; its sessions and tokens end."""
    with _accounts() as accounts:
        (accounts.enable if undo else accounts.disable)(email)
    click.echo(f"{email} is {'active' if undo else 'disabled'}")


@command.command()
@click.argument("email")
@click.option("--second-factor", is_flag=True, help="also remove second factor and provider's identity (they are lost)")
def reset(email: str, second_factor: bool) -> None:
    """Give an account a new one-time password and end its sessions."""
    with _accounts() as accounts:
        password = accounts.reset_password(email)
        if second_factor:
            accounts.remove_second_factor(email)
    click.echo(f"account {email}, one-time password: {password}")


@command.command()
@click.argument("email")
def unlock(email: str) -> None:
    """End a lock-out before its time."""
    with _accounts() as accounts:
        accounts.unlock(email)
    click.echo(f"{email} is unlocked")


@command.command()
def rekey() -> None:
    """Make a new key for the secrets in the database, seal them with it, and drop the old key.

    End `radar up` before and start it again afterwards.
    """
    from service.bootstrap import State, open_accounts, open_vault
    from service.cli.common import settings_or_exit
    from service.storage.vault import new_key, read_keys, write_keys
    from service.usecases.seal import seal

    settings = settings_or_exit()
    if settings.secrets_key.get_secret_value():
        raise click.ClickException("put a new key first in RADAR_SECRETS_KEY, start once, then take the old one out")
    accounts, path = open_accounts(), State(settings.state_dir).secrets
    # both keys until everything is sealed anew: a stop in between loses nothing
    write_keys(path, [new_key(), *read_keys(path)])
    done = seal(accounts.store, accounts.clock, open_vault(settings))
    if done.lost:
        raise click.ClickException(f"{done.lost} secrets open with no key; the old keys stay in {path}")
    write_keys(path, read_keys(path)[:1])
    click.echo(f"{path}: new key, {done.changed} secrets sealed with it; keep a copy elsewhere")
