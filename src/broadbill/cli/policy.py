"""`broadbill policy`: the conventions of billing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from broadbill.cli.session import open_session
from broadbill.core.errors import DomainError
from broadbill.core.rating import ScenarioError

policy = typer.Typer(no_args_is_help=True)


@dataclass(kw_only=True, eq=False)
class PolicyIsInvalid(DomainError):
    """A convention that there is not, or a value it cannot have."""

    code = "cli.policy_is_invalid"
    message = "{reason}."
    reason: str


@policy.command("set")
def change(
    pairs: Annotated[
        list[str],
        typer.Argument(metavar="KEY=VALUE", help="e.g. corrections=credit_note or 'anchor={\"day\": 15}'"),
    ],
) -> None:
    """Change how bills are made. The keys are those of `policy` in a scenario: broadbill simulate --schema.

    What was billed before is looked at again by the next run: change conventions before the first bill.
    """
    changes = dict(_pair(pair) for pair in pairs)
    open_session()
    from broadbill.catalog.operations.policy import set_policy
    from broadbill.catalog.queries.policy import current_policy

    try:
        changed = set_policy(
            content={**current_policy(), **changes}, now=datetime.now(tz=UTC), actor="command:policy"
        )
    except ScenarioError as error:
        raise PolicyIsInvalid(reason=str(error)) from error
    print(json.dumps(changed.content, indent=2))


@policy.command("show")
def show() -> None:
    """Print the conventions that were set; all others are the first value in docs/reference/scenario.md."""
    open_session()
    from broadbill.catalog.queries.policy import current_policy

    print(json.dumps(current_policy(), indent=2))


def _pair(pair: str) -> tuple[str, Any]:
    key, equals, value = pair.partition("=")
    if not equals:
        raise PolicyIsInvalid(reason=f"{pair!r}: write KEY=VALUE")
    if not value.startswith("{"):
        return key, value
    try:
        return key, json.loads(value)
    except json.JSONDecodeError as error:
        raise PolicyIsInvalid(reason=f"{key}: is not JSON: {error}") from error
