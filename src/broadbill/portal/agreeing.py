"""Showing a customer what a change comes to, and doing it when they agree to exactly that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from broadbill.core.errors import DomainError
from broadbill.portal.customer import Looking
from broadbill.portal.foresight import Foresight

Words = str | Promise


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """A change that a customer thinks of. `facts` are its terms, beside what it does to the bills.

    `most` above 1 lets them say how many; `number` is what they said.
    """

    title: str
    verb: str
    facts: Sequence[tuple[Words, object]]
    notes: Sequence[str]
    done: str
    back: str
    back_href: str
    number: int = 1
    most: int = 1
    is_end: bool = False


def propose(
    request: HttpRequest,
    who: Looking,
    proposal: Proposal,
    foresight: Foresight,
    act: Callable[[int], object],
) -> HttpResponse:
    """Show it; when they agree to what they saw, `act` on the number of facts they saw it with.

    Where a figure is another one by then, nothing happens: they see the new figures and are asked again.
    """
    problem, status = "", 200
    if request.method == "POST":
        if request.POST.get("agreement") == foresight.agreement:
            try:
                act(foresight.facts)
            except DomainError as refusal:
                problem = str(refusal)
            else:
                messages.success(request, proposal.done)
                return redirect(proposal.back_href)
        else:
            problem = _("The figures have changed since you looked. Look at them again, then agree.")
        status = 422
    context = {"who": who, "proposal": proposal, "seen": foresight, "problem": problem}
    return render(request, "portal/agree.html", context, status=status)


def number_asked(request: HttpRequest, *, first: int, most: int) -> int:
    """How many the address asks for, `first` where it does not say or what it says cannot be."""
    asked = request.GET.get("number", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else first
    return number if 1 <= number <= most else first
