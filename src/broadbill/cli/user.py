"""`broadbill user`: sign-ins of the staff."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

import typer

from broadbill.cli.session import open_session
from broadbill.identity.domain.limits import Letting
from broadbill.identity.domain.permissions import Role

ACTOR = "command:user"

users = typer.Typer(no_args_is_help=True)

Email = Annotated[str, typer.Argument(help="The e-mail address they sign in with.")]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]


@users.command("create")
def create(
    email: Email,
    role: Annotated[Role, typer.Option("--role", help="What they may do.")],
    name: Annotated[str, typer.Option("--name", help="How documents and lists call them.")] = "",
    password_stdin: FromStdin = False,
) -> None:
    """Let somebody sign in."""
    password = _password(from_stdin=password_stdin)
    open_session()
    from broadbill.identity.operations import add_user

    user = add_user(
        email=email, role=role, password=password, full_name=name, actor=ACTOR, now=datetime.now(tz=UTC)
    )
    print(f"{user.email} can sign in as {role}.")


@users.command("limit")
def limit(
    role: Annotated[Role | None, typer.Argument(help="Whose; without one all limits are listed.")] = None,
    letting: Annotated[Letting | None, typer.Argument(help="What they let go.")] = None,
    amount: Annotated[str, typer.Argument(help="The most alone, e.g. 100.00; `none` takes it away.")] = "",
) -> None:
    """Say how much a role may refund or write off alone; above it another person has to agree."""
    open_session()
    from broadbill.identity.operations.limits import set_limit
    from broadbill.identity.queries.limits import limits

    if role is None or letting is None:
        for whose, what, limited in limits():
            print(f"{whose:<12} {what:<12} {limited:f}")
        return
    try:
        most = None if amount == "none" else Decimal(amount)
        set_limit(role=role, letting=letting, amount=most, actor=ACTOR, now=datetime.now(tz=UTC))
    except (ArithmeticError, ValueError) as error:
        raise typer.BadParameter(f"{amount!r} is not an amount such as 100.00, nor none.") from error
    print(
        f"{role} may {letting.replace('_', ' ')} {'any amount' if most is None else f'up to {most:f}'} alone."
    )


@users.command("list")
def show() -> None:
    """Tell who may sign in."""
    open_session()
    from broadbill.identity.queries.users import sign_ins

    for sign_in in sign_ins():
        state = "" if sign_in.is_active else "  (shut out)"
        print(f"{sign_in.email:<40} {sign_in.role:<12} {sign_in.full_name}{state}".rstrip())


@users.command("role")
def change(email: Email, role: Annotated[Role, typer.Argument(help="What they may do from now on.")]) -> None:
    """Give somebody another role."""
    open_session()
    from broadbill.identity.operations import change_role

    user = change_role(email=email, role=role, actor=ACTOR, now=datetime.now(tz=UTC))
    print(f"{user.email} is {role} now.")


@users.command("password")
def new_password(email: Email, password_stdin: FromStdin = False) -> None:
    """Give somebody a new password."""
    password = _password(from_stdin=password_stdin)
    open_session()
    from broadbill.identity.operations import set_password

    user = set_password(email=email, password=password, actor=ACTOR, now=datetime.now(tz=UTC))
    print(f"{user.email} has a new password.")


@users.command("disable")
def disable(email: Email) -> None:
    """Shut somebody out."""
    open_session()
    from broadbill.identity.operations import refuse_sign_in

    user = refuse_sign_in(email=email, actor=ACTOR, now=datetime.now(tz=UTC))
    print(f"{user.email} can no longer sign in.")


@users.command("enable")
def enable(email: Email) -> None:
    """Let somebody in again."""
    open_session()
    from broadbill.identity.operations import allow_sign_in

    user = allow_sign_in(email=email, actor=ACTOR, now=datetime.now(tz=UTC))
    print(f"{user.email} can sign in again.")


def _password(*, from_stdin: bool) -> str:
    """The password from standard input, or asked for twice at the terminal. Never from the command line, where other
    users of the machine could read it."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    password: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return password
