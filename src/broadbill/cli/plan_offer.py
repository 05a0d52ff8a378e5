"""`broadbill plan offer`: what customers may do with a plan in their portal."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from broadbill.cli.plan_life import ACTOR
from broadbill.cli.session import open_session

if TYPE_CHECKING:
    from broadbill.catalog.domain.offering import OfferedAs, When


class As(StrEnum):
    """How a plan is offered."""

    PLAN = "plan"
    EXTRA = "extra"
    NOTHING = "nothing"


class At(StrEnum):
    """When a change takes effect."""

    NOW = "now"
    PERIOD_END = "period-end"


KINDS: dict[As, OfferedAs] = {As.PLAN: "plan", As.EXTRA: "extra", As.NOTHING: ""}
MOMENTS: dict[At, When] = {At.NOW: "now", At.PERIOD_END: "period_end"}
WORDS = {
    As.PLAN: "customers may change to it",
    As.EXTRA: "customers may add and stop it",
    As.NOTHING: "customers do not see it",
}


def offer(
    code: Annotated[str, typer.Argument(help="The plan's code.")],
    kind: Annotated[
        As,
        typer.Option(
            "--as",
            help="`plan`: customers may change to it; `extra`: they may add it beside what they have, and stop it.",
        ),
    ],
    when: Annotated[
        At,
        typer.Option(help="When a change to it, of its number, or its stopping takes effect."),
    ] = At.NOW,
    most: Annotated[int, typer.Option(min=1, help="How many of it a customer may have.")] = 1,
) -> None:
    """Say what customers may do with a plan by themselves, in the portal."""
    open_session()
    from broadbill.catalog.domain.offering import Offering
    from broadbill.catalog.operations.offering import offer_plan

    offering = Offering(kind=KINDS[kind], when=MOMENTS[when], most=most)
    offer_plan(code=code, offering=offering, now=datetime.now(tz=UTC), actor=ACTOR)
    print(f"{code}: {WORDS[kind]}.")
