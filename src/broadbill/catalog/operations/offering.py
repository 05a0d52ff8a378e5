"""Saying which plans customers find in their portal."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from broadbill.catalog.domain.offering import Offering
from broadbill.catalog.operations.plans import locked_plan, record_plan_event


@transaction.atomic
def offer_plan(*, code: str, offering: Offering, now: datetime, actor: str) -> None:
    """Offer a plan in the portal, otherwise than before or not at all. Who has it keeps it.

    Raises: PlanUnknown, OfferingRefused.
    """
    plan = locked_plan(code)
    offering.check(plan=code, prepaid=plan.prepaid)
    plan.offered_as, plan.offered_when, plan.offered_most = offering.kind, offering.when, offering.most
    plan.save(update_fields=["offered_as", "offered_when", "offered_most"])
    data = {"as": offering.kind, "when": offering.when, "most": offering.most}
    record_plan_event(plan, "plan.offered", data, now, actor)
