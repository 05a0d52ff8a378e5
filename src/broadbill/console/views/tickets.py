"""What customers ask: the list of what is the office's turn, and a ticket with its thread."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from broadbill.accounts.queries.customers import customer_numbered
from broadbill.console.exports import ROWS_AT_A_TIME, every_row, list_file, wants_file
from broadbill.console.sheets import Question, ask
from broadbill.console.staff import staff
from broadbill.console.words import TICKET_TOPICS
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import requires
from broadbill.identity.queries.users import sign_ins
from broadbill.support.domain.topics import State, Topic
from broadbill.support.operations.tickets import (
    NewTicket,
    agree_to_wanted,
    answer,
    assign,
    open_ticket,
    solve,
)
from broadbill.support.queries.tickets import ticket_page, ticket_read, tickets_by_state

ASKING = require_http_methods(["GET", "POST"])
COLUMNS = {
    "ticket": "id",
    "account": "account",
    "name": "account_name",
    "topic": "topic",
    "subject": "subject",
    "state": "state",
    "assigned_to": "assigned_to",
    "opened_at": "opened_at",
    "moved_at": "moved_at",
}


class Answer(forms.Form):
    body = forms.CharField(label=_("Answer"), max_length=5000, widget=forms.Textarea({"rows": 5}))


class Assign(forms.Form):
    def __init__(self, data: Any, *, current: int | None) -> None:
        people = [(str(one.id), one.full_name or one.email) for one in sign_ins() if one.is_active]
        super().__init__(data, initial={"person": str(current or "")})
        self.fields["person"] = forms.ChoiceField(
            label=_("Who takes care of it"), choices=[("", _("Nobody yet")), *people], required=False
        )


class Write(forms.Form):
    topic = forms.ChoiceField(label=_("Topic"), choices=list(TICKET_TOPICS.items()))
    subject = forms.CharField(label=_("Subject"), max_length=140)
    body = forms.CharField(
        label=_("What the customer says"), max_length=5000, widget=forms.Textarea({"rows": 5})
    )


@requires(Permission.VIEW_TICKETS)
@require_GET
def tickets(request: HttpRequest) -> HttpResponseBase:
    """Everything unsolved, longest waiting first; `state` and `mine` narrow it."""
    asked, mine = request.GET.get("state", ""), request.GET.get("mine") == "1"
    state = asked if asked in set(State) else ""
    me = int(staff(request).actor.removeprefix("user:"))
    assigned = me if mine else None
    if wants_file(request):
        rows = every_row(ticket_page, state=state, assigned_id=assigned, size=ROWS_AT_A_TIME)
        return list_file("tickets", rows, COLUMNS)
    page = ticket_page(state=state, assigned_id=assigned, after=request.GET.get("after", ""))
    context = {
        "page": page,
        "state": state,
        "mine": mine,
        "counts": tickets_by_state(),
        "topics": TICKET_TOPICS,
    }
    return render(request, "console/tickets/list.html", context)


@requires(Permission.VIEW_TICKETS)
@require_GET
def ticket(request: HttpRequest, number: int) -> HttpResponse:
    return _shown(request, number, Answer())


@requires(Permission.ANSWER_TICKETS)
@require_POST
def answer_ticket(request: HttpRequest, number: int) -> HttpResponse:
    form = Answer(request.POST)
    if not form.is_valid():
        return _shown(request, number, form)
    answer(
        ticket_id=number,
        body=form.cleaned_data["body"],
        solves="solves" in request.POST,
        now=timezone.now(),
        actor=staff(request).actor,
    )
    messages.success(request, _t("Answered. The customer is told by e-mail."))
    return redirect("console:ticket", number)


@requires(Permission.ANSWER_TICKETS)
@require_POST
def assign_ticket(request: HttpRequest, number: int) -> HttpResponse:
    form = Assign(request.POST, current=None)
    if form.is_valid():
        person = form.cleaned_data["person"]
        assign(
            ticket_id=number,
            user_id=int(person) if person else None,
            now=timezone.now(),
            actor=staff(request).actor,
        )
    return redirect("console:ticket", number)


@requires(Permission.ANSWER_TICKETS)
@require_POST
def solve_ticket(request: HttpRequest, number: int) -> HttpResponse:
    solve(ticket_id=number, now=timezone.now(), actor=staff(request).actor)
    return redirect("console:ticket", number)


@requires(Permission.CHANGE_ACCOUNTS)
@ASKING
def agree_to_details(request: HttpRequest, number: int) -> HttpResponse:
    """Change the account's details as the customer asked."""
    found = ticket_read(number)
    form = Answer(request.POST or None, initial={"body": _t("Your details are changed as you asked.")})
    question = Question(
        title=_t("Change the details of %s") % found.account_name,
        words=", ".join(value for value in found.wanted.values() if value),
        verb=_t("Change them"),
        form=form,
        back=found.subject,
        back_href=reverse("console:ticket", args=[number]),
    )

    def act() -> str:
        agree_to_wanted(
            ticket_id=number, body=form.cleaned_data["body"], now=timezone.now(), actor=staff(request).actor
        )
        return _t("Changed. The customer is told.")

    return ask(request, question, act)


@requires(Permission.ANSWER_TICKETS)
@ASKING
def new_ticket(request: HttpRequest, number: str) -> HttpResponse:
    """What a customer said on the telephone or at the counter."""
    customer = customer_numbered(number)
    form = Write(request.POST or None)
    question = Question(
        title=_t("New ticket of %s") % customer.name,
        verb=_t("Open the ticket"),
        form=form,
        back=customer.name,
        back_href=reverse("console:customer", args=[number]),
    )

    def act() -> str:
        given = form.cleaned_data
        opened = open_ticket(
            ticket=NewTicket(
                account_id=customer.id,
                topic=Topic(given["topic"]),
                subject=given["subject"],
                body=given["body"],
                by_customer=True,
            ),
            now=timezone.now(),
            actor=staff(request).actor,
        )
        return _t("Ticket %s is open.") % opened

    return ask(request, question, act)


def _shown(request: HttpRequest, number: int, form: Answer) -> HttpResponse:
    found = ticket_read(number)
    may = staff(request).may
    context = {
        "ticket": found,
        "form": form,
        "assign": Assign(None, current=found.assigned_id),
        "topics": TICKET_TOPICS,
        "may_answer": may(Permission.ANSWER_TICKETS),
        "may_change": may(Permission.CHANGE_ACCOUNTS),
    }
    return render(request, "console/tickets/page.html", context, status=422 if form.errors else 200)
