"""`broadbill user`: sign-ins of the staff."""

from __future__ import annotations

import sys
from collections.abc import Collection
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

import typer

from broadbill.cli.session import open_session
from broadbill.identity.domain.limits import Letting
from broadbill.identity.domain.permissions import Permission

ACTOR = "command:user"

users = typer.Typer(no_args_is_help=True)

Email = Annotated[str, typer.Argument(help="The e-mail address they sign in with.")]
RoleCode = Annotated[str, typer.Argument(metavar="ROLE", help="Its code: broadbill user roles.")]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]


@users.command("create")
def create(
    email: Email,
    role: Annotated[list[str], typer.Option("--role", help="What they may do; may be given several times.")],
    name: Annotated[str, typer.Option("--name", help="How documents and lists call them.")] = "",
    password_stdin: FromStdin = False,
) -> None:
    """Let somebody sign in."""
    password = _password(from_stdin=password_stdin)
    open_session()
    from broadbill.identity.operations import add_user

    user = add_user(
        email=email, roles=role, password=password, full_name=name, actor=ACTOR, now=datetime.now(tz=UTC)
    )
    print(f"{user.email} can sign in as {', '.join(role)}.")


@users.command("limit")
def limit(
    role: Annotated[str, typer.Argument(help="Whose; without one all limits are listed.")] = "",
    letting: Annotated[Letting | None, typer.Argument(help="What they let go.")] = None,
    amount: Annotated[str, typer.Argument(help="The most alone, e.g. 100.00; `none` takes it away.")] = "",
) -> None:
    """Say how much a role may refund, write off or credit alone; above it another person has to agree or do it."""
    open_session()
    from broadbill.identity.operations.limits import set_limit
    from broadbill.identity.queries.roles import roles

    if not role or letting is None:
        for one in roles():
            for what, limited in one.limits.items():
                print(f"{one.code:<12} {what:<12} {limited:f}")
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
        state += "  second factor" if sign_in.has_second_factor else ""
        held = ",".join(role.code for role in sign_in.roles)
        print(f"{sign_in.email:<40} {held:<12} {sign_in.full_name}{state}".rstrip())


@users.command("roles")
def list_roles() -> None:
    """Tell which roles there are and what each may do."""
    open_session()
    from broadbill.identity.queries.roles import roles

    for role in roles():
        print(f"{role.code:<12} {role.title}")
        for permission in sorted(role.permissions):
            print(f"    {permission}")


@users.command("permit")
def permit(
    role: RoleCode,
    permission: Annotated[list[Permission], typer.Argument(help="What the role may do too.")],
) -> None:
    """Let everybody who has a role do more."""
    _change_role(role, more=permission)
    print(f"{role} may now also: {', '.join(permission)}.")


@users.command("withhold")
def withhold(
    role: RoleCode,
    permission: Annotated[list[Permission], typer.Argument(help="What the role may do no more.")],
) -> None:
    """Let everybody who has a role do less."""
    _change_role(role, less=permission)
    print(f"{role} may no longer: {', '.join(permission)}.")


@users.command("add-role")
def new_role(
    title: Annotated[str, typer.Argument(help="What it is called, e.g. `Night desk`.")],
    permission: Annotated[list[Permission], typer.Argument(help="What it may do.")],
) -> None:
    """Add a role of your own."""
    open_session()
    from broadbill.identity.operations.roles import add_role

    code = add_role(title=title, permissions=permission, actor=ACTOR, now=datetime.now(tz=UTC))
    print(f"{title} is the role {code} now.")


@users.command("remove-role")
def old_role(role: RoleCode) -> None:
    """Take a role of your own away that nobody has any more."""
    open_session()
    from broadbill.identity.operations.roles import remove_role

    remove_role(code=role, actor=ACTOR, now=datetime.now(tz=UTC))
    print(f"The role {role} is gone.")


@users.command("second-factor")
def second_factor(
    role: RoleCode,
    needed: Annotated[bool, typer.Argument(help="Whether everybody with the role has to have one.")],
) -> None:
    """Say that a role needs a second factor (true), or leaves it free (false)."""
    open_session()
    from broadbill.identity.operations.second_factor import require_second_factor

    require_second_factor(role=role, needed=needed, actor=ACTOR, now=datetime.now(tz=UTC))
    print(f"{role}: a second factor is {'needed' if needed else 'optional'} now.")


@users.command("reset-second-factor")
def reset_second_factor(email: Email) -> None:
    """Take somebody's codes and passkeys away when they are lost; the password stays."""
    open_session()
    from broadbill.identity.operations.second_factor import remove_second_factors

    user = remove_second_factors(email=email, actor=ACTOR, now=datetime.now(tz=UTC))
    print(f"{user.email} signs in with the password alone now.")


@users.command("role")
def change(
    email: Email,
    role: Annotated[list[str], typer.Argument(help="What they may do from now on, one or several.")],
) -> None:
    """Give somebody other roles."""
    open_session()
    from broadbill.identity.operations import change_roles

    user = change_roles(email=email, roles=role, actor=ACTOR, now=datetime.now(tz=UTC))
    print(f"{user.email} is {', '.join(role)} now.")


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


def _change_role(code: str, *, more: Collection[Permission] = (), less: Collection[Permission] = ()) -> None:
    open_session()
    from broadbill.identity.operations.roles import change_permissions
    from broadbill.identity.queries.roles import role_coded

    wanted = (role_coded(code).permissions | set(more)) - set(less)
    change_permissions(code=code, permissions=wanted, actor=ACTOR, now=datetime.now(tz=UTC))


def _password(*, from_stdin: bool) -> str:
    """The password from standard input, or asked for twice at the terminal. Never from the command line, where other
    users of the machine could read it."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    password: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return password
