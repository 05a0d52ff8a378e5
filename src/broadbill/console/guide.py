"""From an empty system to the first bill, step by step: what is done is seen by what is there."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from broadbill.accounts.queries.provider import current_provider
from broadbill.console.staff import Staff
from broadbill.identity.domain.permissions import Permission
from broadbill.reports.queries.first_steps import first_steps

Words = str | Promise
# The cookie of who has put the guide away.
HIDDEN = "guide_hidden"


@dataclass(frozen=True, slots=True)
class Step:
    """`is_next` is the first that is not done; `action` stands on its button."""

    title: Words
    words: Words
    action: Words
    href: str
    is_done: bool
    is_next: bool = False


def guide(user: Staff) -> list[Step] | None:
    """The steps; None for who has billed a while, and for who may not take them. Two queries at most."""
    needed = (Permission.CHANGE_SETTINGS, Permission.CHANGE_CATALOG, Permission.START_BILL_RUNS)
    if not all(user.may(permission) for permission in needed):
        return None
    now = first_steps()
    if not now.begins:
        return None
    steps = [
        Step(
            _("Say who bills"),
            _("The name and address that stand on your invoices."),
            _("Fill in the company"),
            reverse("console:settings_company"),
            bool(current_provider().country),
        ),
        Step(
            _("Set the tax"),
            _("The rate that comes on top of your prices or is inside them. Charge none? Go on."),
            _("Add a tax"),
            reverse("console:add_tax"),
            now.has_tax,
        ),
        Step(
            _("Make a plan"),
            _("What you sell, and for how much. What it would bill is shown while you type."),
            _("Begin a plan"),
            reverse("console:new_plan"),
            now.has_plan,
        ),
        Step(
            _("Take a customer on"),
            _("Who they are, and the plan they get. Or bring a list of them: Imports, in the menu."),
            _("Take on a customer"),
            reverse("console:new_customer"),
            now.has_service,
        ),
        Step(
            _("Bill"),
            _("See what would be billed, then start the run."),
            _("Start a billing run"),
            reverse("console:new_run"),
            bool(now.documents),
        ),
        Step(
            _("Read your first invoice"),
            _("Every amount opens into the arithmetic that made it; the PDF is what the customer gets."),
            _("Open the invoice"),
            reverse("console:invoice", args=[now.first_document]) if now.documents else "",
            False,
        ),
    ]
    upcoming = next(place for place, step in enumerate(steps) if not step.is_done)
    return [
        Step(step.title, step.words, step.action, step.href, step.is_done, place == upcoming)
        for place, step in enumerate(steps)
    ]
