"""Asking before something happens: a page of its own, or the inside of a sheet when htmx asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django_htmx.http import HttpResponseClientRedirect

from broadbill.core.errors import DomainError


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked. `verb` stands on the button, `words` say what will happen; `units` go beside fields by name.

    Without a `verb` there is nothing to be done, and the words say why.
    """

    title: str
    verb: str
    form: forms.Form
    back_href: str
    back: str
    words: str = ""
    # Where it leads when it is done, if not back.
    done_href: str = ""
    is_danger: bool = False
    # What stands on the button that tells beforehand, if not what it would cost.
    foresight: str = ""
    units: dict[str, str] = field(default_factory=dict)

    @property
    def fields(self) -> list[tuple[forms.BoundField, str]]:
        return [(bound, self.units.get(bound.name, "")) for bound in self.form]


def ask(
    request: HttpRequest,
    question: Question,
    act: Callable[[], str],
    foresee: Callable[[], str] | None = None,
) -> HttpResponse:
    """Show the question; when it is answered well, act and lead back with the words that `act` returns.

    With `foresee` the question has a second button, which tells in the words of `foresee` what would come of it.
    A refusal (`DomainError`) of the operation is shown in the form, which keeps what was typed, with status 422.
    """
    status, effect = 200, ""
    if request.method == "POST":
        status = 422
        if question.form.is_valid():
            try:
                if foresee is None or "foresee" not in request.POST:
                    return lead_to(request, question.done_href or question.back_href, act())
                status, effect = 200, foresee()
            except DomainError as refusal:
                question.form.add_error(None, str(refusal))
    context = {
        "question": question,
        "sheet": bool(getattr(request, "htmx", False)),
        "foresees": foresee is not None,
        "effect": effect,
    }
    return render(request, "console/question.html", context, status=status)


def confirmed(request: HttpRequest) -> forms.Form:
    """The form of a question with nothing to fill in: pressing its button is the answer."""
    return forms.Form(request.POST if request.method == "POST" else None)


def lead_to(request: HttpRequest, href: str, words: str) -> HttpResponse:
    """Go to a page and say there what was done, unless the page shows it itself."""
    if words:
        messages.success(request, words)
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(href)
    return redirect(href)
