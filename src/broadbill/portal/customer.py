"""Whose pages these are: the account that the signed-in customer looks at, among those they may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, cast

from django.http import Http404, HttpRequest

from broadbill.accounts.queries.customers import Customer, customer_numbered
from broadbill.accounts.queries.viewers import accounts_seen_by
from broadbill.identity.adapters.standing_in import StandIn, stand_in_of
from broadbill.portal.language import speak

CHOSEN = "portal_account"


class SignedIn(Protocol):
    """A signed-in customer; `actor` is how events name them."""

    pk: int

    @property
    def actor(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Looking:
    """Who looks, at which account, and which others they could look at: names by numbers.

    `stand_in` where somebody of the staff sees what the customer would.
    """

    actor: str
    customer: Customer
    accounts: dict[str, str]
    stand_in: StandIn | None = None


def looking(request: HttpRequest) -> Looking:
    """From here on the page is in the account's language. Four queries at most. Only for views that
    `for_customers` guards.

    Raises: Http404 where the sign-in sees no account, or not the one that was chosen.
    """
    user = cast("SignedIn", request.user)
    if stand_in := stand_in_of(request):
        return _instead(request, user.actor, stand_in)
    accounts = accounts_seen_by(user.pk)
    asked = request.GET.get("account", "")
    if asked and asked not in accounts:
        raise Http404
    if asked:
        request.session[CHOSEN] = asked
    chosen = request.session.get(CHOSEN)
    number = chosen if chosen in accounts else next(iter(accounts), None)
    if number is None:
        raise Http404
    customer = customer_numbered(number)
    speak(customer.language)
    return Looking(user.actor, customer, accounts)


def _instead(request: HttpRequest, actor: str, stand_in: StandIn) -> Looking:
    """Of the one account that they asked for, and of none beside it. Raises: Http404."""
    customer = customer_numbered(stand_in.account)
    if request.GET.get("account", customer.number) != customer.number:
        raise Http404
    speak(customer.language)
    return Looking(actor, customer, {customer.number: customer.name}, stand_in)
