"""How a plan is offered in the portal."""

from __future__ import annotations

from typing import cast

from broadbill.catalog.domain.offering import OfferedAs, Offering, When
from broadbill.catalog.models import Plan


def offering_of(plan: Plan) -> Offering:
    """What its row says."""
    return Offering(
        kind=cast("OfferedAs", plan.offered_as), when=cast("When", plan.offered_when), most=plan.offered_most
    )
