"""Drafts of billing runs: worked out, their exceptions looked through, posted when they still say the same."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from broadbill.accounts.queries.find import account_ids_numbered, account_numbered
from broadbill.billing.domain.tally import Tally
from broadbill.billing.operations.drafts import (
    agree_to_post,
    ask_draft,
    discard_draft,
    draft_again,
    leave_out,
    post_draft,
    put_back,
    refuse_to_post,
)
from broadbill.billing.operations.preview import would_be_bills
from broadbill.billing.operations.run import RunRequest
from broadbill.billing.queries.drafts import (
    DraftRead,
    draft_numbered,
    exception_of,
    exception_page,
    exceptions_by_reason,
    last_totals,
    left_out_of,
)
from broadbill.billing.queries.run_list import run_progress
from broadbill.console import forms
from broadbill.console.asked import key_in
from broadbill.console.sheets import Question, ask, confirmed
from broadbill.console.staff import staff
from broadbill.console.words import REASONS
from broadbill.core.errors import DomainError
from broadbill.core.period import Period
from broadbill.core.rating import Document, render_because
from broadbill.design.formats import locale_of, money_with_currency
from broadbill.identity.domain.limits import Letting
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.domain.roles import limit_over
from broadbill.identity.permissions import requires

ASKING = require_http_methods(["GET", "POST"])


@requires(Permission.START_BILL_RUNS)
@ASKING
def new_run(request: HttpRequest) -> HttpResponse:
    """Choose the date; the draft is worked out by the worker. Nothing is issued here."""
    form = forms.RunThrough(request.POST or None, today=timezone.localdate())
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            draft = ask_draft(
                through=given["through"], above=given["above"], actor=staff(request).actor, now=timezone.now()
            )
            return redirect("console:draft", draft.id)
        except DomainError as refusal:
            form.add_error("through", str(refusal))
    return render(
        request, "console/runs/new.html", {"form": form}, status=422 if request.method == "POST" else 200
    )


@requires(Permission.VIEW_BILL_RUNS)
@require_GET
def draft(request: HttpRequest, number: int) -> HttpResponse:
    """Its totals and exceptions; while the worker is at it, how far it is, asked for every second."""
    found = _found(number)
    if found.state == "posted" and found.run:
        return redirect("console:run", found.run)
    in_part = getattr(request, "htmx", False)
    if request.GET.get("part") == "state":
        # When the worker is done the whole page is drawn anew.
        if not found.is_worked_on:
            return HttpResponseClientRefresh()
        return render(request, "console/runs/draft.html#state", _state(found))
    if wanted := request.GET.get("account", "").strip():
        if wanted in account_ids_numbered([wanted]):
            return redirect("console:draft_account", number, wanted)
        messages.warning(request, _("There is no customer %s.") % wanted)
        return redirect("console:draft", number)
    reason = request.GET.get("reason", "")
    context = _state(found) | {
        "reason": reason if reason in REASONS else "",
        "counts": [(key, REASONS[key], n) for key, n in exceptions_by_reason(number).items()],
        "page": exception_page(number, reason=reason if reason in REASONS else "", after=key_in(request.GET)),
        "reasons": REASONS,
        "left_out": left_out_of(number),
        "before": last_totals(),
        "may_start": staff(request).may(Permission.START_BILL_RUNS),
        "is_mine": found.posted_by == staff(request).actor,
    }
    return render(request, f"console/runs/draft.html{'#rows' if in_part else ''}", context)


@requires(Permission.VIEW_BILL_RUNS)
@require_GET
def account(request: HttpRequest, number: int, account: str) -> HttpResponse:
    """The bill that an account would get, worked out now by the code that bills, with all its arithmetic."""
    found, customer = _found(number), account_numbered(account)
    refusal, bills = "", []
    try:
        bills = [_bill(document) for document in _would_be(found, customer.id)]
    except DomainError as error:
        refusal = str(error)
    context = {
        "draft": found,
        "customer": customer,
        "bills": bills,
        "refusal": refusal,
        "exception": exception_of(number, customer.id),
        "reasons": REASONS,
        "left_out": next((row for row in left_out_of(number) if row.account == account), None),
        "may_start": staff(request).may(Permission.START_BILL_RUNS),
    }
    return render(request, "console/runs/draft_account.html", context)


@requires(Permission.START_BILL_RUNS)
@ASKING
def leave(request: HttpRequest, number: int, account: str) -> HttpResponse:
    customer = account_numbered(account)
    form = forms.Because(request.POST or None)
    question = _question(
        number,
        title=_("Leave %s out of this run") % customer.name,
        words=_("They are not billed with this run. What they owe stays due, and another run bills it."),
        verb=_("Leave out"),
        form=form,
    )

    def act() -> str:
        leave_out(
            draft_id=number, account_id=customer.id, reason=form.cleaned_data["reason"],
            actor=staff(request).actor, now=timezone.now(),
        )  # fmt: skip
        return _("%s is left out of this run.") % customer.name

    return ask(request, question, act)


@requires(Permission.START_BILL_RUNS)
@require_POST
def back(request: HttpRequest, number: int, account: str) -> HttpResponse:
    customer = account_numbered(account)
    put_back(draft_id=number, account_id=customer.id, actor=staff(request).actor, now=timezone.now())
    messages.success(request, _("%s is billed with this run after all.") % customer.name)
    return redirect("console:draft", number)


@requires(Permission.START_BILL_RUNS)
@require_POST
def again(request: HttpRequest, number: int) -> HttpResponse:
    draft_again(draft_id=number, actor=staff(request).actor, now=timezone.now())
    return redirect("console:draft", number)


@requires(Permission.START_BILL_RUNS)
@ASKING
def discard(request: HttpRequest, number: int) -> HttpResponse:
    question = _question(
        number,
        title=_("Discard this draft"),
        words=_("Nothing is billed by it. What is owed stays due."),
        verb=_("Discard"),
        form=confirmed(request),
        done_href=reverse("console:runs"),
    )

    def act() -> str:
        discard_draft(draft_id=number, actor=staff(request).actor, now=timezone.now())
        return _("The draft is discarded.")

    return ask(request, question, act)


@requires(Permission.START_BILL_RUNS)
@ASKING
def post(request: HttpRequest, number: int) -> HttpResponse:
    """States the effect; what was seen goes along, so that nobody posts what somebody else changed meanwhile."""
    found = _found(number)
    tally = found.tally or Tally({})
    form = forms.Seen(request.POST or None, check=tally.check)
    question = _question(
        number,
        title=_verb(tally.documents),
        words=_(
            "Everything is worked out once more first. If the totals moved since the draft, nothing is issued"
            " and you see what moved. What is issued cannot be changed, only corrected."
        ),
        verb=_verb(tally.documents),
        form=form,
    )

    def act() -> str:
        me = staff(request)
        posted = post_draft(
            draft_id=number, check=form.cleaned_data["check"], actor=me.actor, now=timezone.now(),
            limit=limit_over(me.roles, Letting.BILL_RUN),
        )  # fmt: skip
        if posted.state == "asked":
            return _("The run waits for another person to agree.")
        return _("The run is handed to the worker.")

    return ask(request, question, act)


@requires(Permission.START_BILL_RUNS)
@ASKING
def agree(request: HttpRequest, number: int) -> HttpResponse:
    """Look at the same page as who asked, then agree to what it says."""
    tally = _found(number).tally or Tally({})
    form = forms.Seen(request.POST or None, check=tally.check)
    amounts = ", ".join(
        money_with_currency(row.total, locale_of(get_language() or "en")) for row in tally.totals
    )
    question = _question(
        number,
        title=_("Agree to posting this run"),
        words=_("It issues documents over %s, after everything is worked out once more.") % amounts,
        verb=_verb(tally.documents),
        form=form,
    )

    def act() -> str:
        agree_to_post(
            draft_id=number, check=form.cleaned_data["check"], actor=staff(request).actor, now=timezone.now()
        )
        return _("The run is handed to the worker.")

    return ask(request, question, act)


@requires(Permission.START_BILL_RUNS)
@ASKING
def refuse(request: HttpRequest, number: int) -> HttpResponse:
    form = forms.Because(request.POST or None)
    question = _question(
        number,
        title=_("Do not post this run"),
        words=_("The draft stays, and can be changed and asked for again."),
        verb=_("Do not agree"),
        form=form,
    )

    def act() -> str:
        note, now = form.cleaned_data["reason"], timezone.now()
        refuse_to_post(draft_id=number, note=note, actor=staff(request).actor, now=now)
        return _("The run is not posted.")

    return ask(request, question, act)


def _verb(documents: int) -> str:
    return ngettext("Post %(n)s document", "Post %(n)s documents", documents) % {"n": f"{documents:,}"}


def _question(number: int, **options: Any) -> Question:
    return Question(back=_("Draft"), back_href=reverse("console:draft", args=[number]), **options)


def _found(number: int) -> DraftRead:
    found = draft_numbered(number)
    if found is None:
        raise Http404
    return found


def _state(found: DraftRead) -> dict[str, object]:
    return {"draft": found, "progress": run_progress(found.run) if found.run else None}


def _would_be(found: DraftRead, account_id: int) -> tuple[Document, ...]:
    request = RunRequest(through=found.through, actor=found.asked_by, only_account=account_id)
    return would_be_bills(account_id=account_id, request=request, now=timezone.now())


def _bill(document: Document) -> dict[str, object]:
    """A document with the steps of its lines in words, as templates read it."""
    return {
        "document": document,
        "lines": [
            {
                "line": line,
                "period": Period(line.starts, line.ends)
                if line.starts and line.ends and line.starts < line.ends
                else None,
                "steps": [render_because(step) for step in line.because],
            }
            for line in document.lines
        ],
    }
