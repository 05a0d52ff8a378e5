"""What is known of a customer: details of the bill, notes, and that they left."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from broadbill.accounts.domain.kinds import CustomerKind
from broadbill.accounts.operations.change_profile import change_profile, close_account
from broadbill.accounts.operations.kinds import change_kind
from broadbill.accounts.operations.notes import add_note, pin_notes
from broadbill.accounts.queries.customers import customer_numbered
from broadbill.accounts.queries.find import account_numbered
from broadbill.console.forms import OnDay
from broadbill.console.sale_forms import Details, Note, Pinned
from broadbill.console.sheets import Question, ask
from broadbill.console.staff import staff
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import requires

ASKING = require_http_methods(["GET", "POST"])
CHANGES = requires(Permission.CHANGE_ACCOUNTS)
DETAILS = (
    "legal_name", "street", "postcode", "city", "region", "country", "email", "tax_id", "language", "terms_days",
)  # fmt: skip


@CHANGES
@ASKING
def note(request: HttpRequest, number: str) -> HttpResponse:
    found = customer_numbered(number)
    form = Note(request.POST or None)
    question = Question(
        title=_("Note"),
        words=_("It stays in what happened, with your name and the time. Customers do not see it."),
        verb=_("Write it down"),
        form=form,
        back=found.name,
        back_href=_page(number),
    )

    def act() -> str:
        add_note(
            account_id=found.id,
            text=form.cleaned_data["text"],
            now=timezone.now(),
            actor=staff(request).actor,
        )
        return _("Noted.")

    return ask(request, question, act)


@CHANGES
@ASKING
def pinned(request: HttpRequest, number: str) -> HttpResponse:
    found = customer_numbered(number)
    form = Pinned(request.POST or None, initial={"text": found.notes})
    question = Question(
        title=_("Pinned notes"),
        words=_("What everybody should read first. Customers do not see it."),
        verb=_("Save"),
        form=form,
        back=found.name,
        back_href=_page(number),
    )

    def act() -> str:
        pin_notes(
            account_id=found.id,
            text=form.cleaned_data["text"],
            now=timezone.now(),
            actor=staff(request).actor,
        )
        return _("Saved.")

    return ask(request, question, act)


@CHANGES
@ASKING
def details(request: HttpRequest, number: str) -> HttpResponse:
    """A new version of what bills say of the customer; what was issued stays as it is."""
    found = account_numbered(number)
    first = {key: getattr(found.profile, key) for key in DETAILS}
    form = Details(request.POST or None, first={**first, "kind": found.kind})
    question = Question(
        title=_("Details of %s") % found.name,
        words=_("They stand on the next bill. Bills that were issued stay as they are."),
        verb=_("Save"),
        form=form,
        back=found.name,
        back_href=_page(number),
    )

    def act() -> str:
        given = {**form.cleaned_data, "country": form.cleaned_data["country"].upper()}
        changes = {key: given[key] for key in DETAILS if given[key] != first[key]}
        if changes:
            change_profile(
                account_id=found.id, changes=changes, now=timezone.now(), actor=staff(request).actor
            )
        kind = CustomerKind(given["kind"])
        change_kind(account_id=found.id, kind=kind, now=timezone.now(), actor=staff(request).actor)
        return _("Saved.")

    return ask(request, question, act)


@CHANGES
@ASKING
def close(request: HttpRequest, number: str) -> HttpResponse:
    found = customer_numbered(number)
    form = OnDay(request.POST or None, today=timezone.localdate())
    question = Question(
        title=_("Close %s") % found.name,
        words=_(
            "Nothing is sold to them from that day on. Services are cancelled one by one; debts stay owed."
        ),
        verb=_("Close the account"),
        is_danger=True,
        form=form,
        back=found.name,
        back_href=_page(number),
    )

    def act() -> str:
        close_account(
            account_id=found.id,
            closed_on=form.cleaned_data["on"],
            now=timezone.now(),
            actor=staff(request).actor,
        )
        return _("%s is closed.") % found.name

    return ask(request, question, act)


def _page(number: str) -> str:
    return reverse("console:customer", args=[number])
