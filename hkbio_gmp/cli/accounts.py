"""``user`` and ``token``."""

from __future__ import annotations

import sys

import click

from hkbio_gmp import work
from hkbio_gmp.cli.context import actor, application
from hkbio_gmp.identity import services
from hkbio_gmp.identity.rules.permissions import ROLES

ROLE = click.Choice(sorted(ROLES))


@click.group()
def user() -> None:
    """Accounts of people."""


@user.command()
@click.argument("email")
@click.option("--name", required=True, help="The name as signatures print it.")
@click.option("--role", required=True, type=ROLE)
@click.option("--scope", required=True, help="Code of a facility or organisation, or system.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def add(email: str, name: str, role: str, scope: str, password_stdin: bool) -> None:
    """Add a person with one role."""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    with application():
        code = services.run_add_person(
            actor(), email=email, name=name, role=role, scope_code=scope, password=password
        )
    click.echo(code)


@user.command()
@click.argument("email")
@click.option("--reason", required=True)
def disable(email: str, reason: str) -> None:
    """Disable an account for good; its sessions and tokens end at once."""
    with application():
        work.run(
            actor(),
            "identity:person:disabled",
            reason,
            lambda unit: services.disable_person(unit, email),
        )
    click.echo(f"{email} disabled")


@click.group()
def token() -> None:
    """Tokens of the API."""


@token.command()
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, 366))
@click.option("--read-only", is_flag=True)
def create(email: str, name: str, days: int, read_only: bool) -> None:
    """Print a new token, once, alone on standard output."""
    with application():
        secret = work.run(
            actor(),
            "identity:token:created",
            None,
            lambda unit: services.create_token(unit, email, name, days=days, read_only=read_only),
        )
    click.echo(secret)
