"""Events of the spine as sentences for the customer's page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from babel import Locale
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from broadbill.billing.queries.explain import FactRead
from broadbill.console.words import CAME_BY, CUSTOMER_KINDS, DECLINES
from broadbill.core.money import Currency, Money
from broadbill.design.formats import day_text, money_with_currency
from broadbill.kernel.queries.events import EventRead


@dataclass(frozen=True, slots=True)
class Moment:
    """One entry of a timeline."""

    icon: str
    tone: str
    title: str
    detail: str
    href: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Telling:
    """What a sentence may lean on: the event's data, and how to write days and money."""

    data: Mapping[str, Any]
    locale: Locale
    today: date
    plans: Mapping[str, str] = field(default_factory=dict)

    def plan(self) -> str:
        code = self.text("plan")
        return self.plans.get(code, code)

    def day(self, key: str = "effective_on") -> str:
        return day_text(date.fromisoformat(self.data[key]), self.locale, today=self.today)

    def money(self, key: str) -> str:
        given = self.data[key]
        return money_with_currency(Money(given["minor"], Currency.of(given["currency"])), self.locale)

    def text(self, key: str) -> str:
        return str(self.data.get(key, ""))


Sentence = Callable[[Telling], str]


def _always(words: Promise | str) -> Sentence:
    return lambda _telling: str(words)


NOTHING = _always("")


def _method(telling: Telling) -> str:
    return str(CAME_BY.get(telling.text("method"), telling.text("method")))


def _changed_fields(telling: Telling) -> str:
    return ", ".join(telling.data.get("changed", ())).replace("_", " ")


def _plan_change(telling: Telling) -> str:
    when = (
        _("at the end of the period of %(day)s")
        if telling.text("when") == "period_end"
        else _("from %(day)s")
    )
    return when % {"day": telling.day()}


def _discount(telling: Telling) -> str:
    """How much, for how long: `20 %, 3 periods, from 1 Dec`."""
    data = telling.data
    parts = [
        _("%s %% off") % data["percent"]
        if "percent" in data
        else _("%s off a period") % telling.text("amount"),
        ngettext("%d period", "%d periods", data["periods"]) % data["periods"] if "periods" in data else "",
        _("from %s") % telling.day(),
        _("until %s") % telling.day("until") if "until" in data else "",
    ]
    return ", ".join(filter(None, parts))


def _brought(telling: Telling) -> str:
    """A referral as the page's own customer took part in it."""
    if telling.text("side") == "referrer":
        return _("Brought customer %s") % telling.text("referred")
    return _("Brought by customer %s") % telling.text("referrer")


DISCOUNT = ("percent", "good", lambda t: _("Discount: %s") % t.text("name"), _discount)
OUTAGE = ("zap", "warn", _always(_lazy("Outage recorded")), lambda t: _("on %s") % t.day())


def _suspension(telling: Telling) -> str:
    """From when, and why where the fact says it."""
    since = _("from %s") % telling.day()
    return ", ".join(filter(None, [since, telling.text("reason")]))


def _card(telling: Telling) -> str:
    return f"{telling.text('brand')} {telling.text('last_four')}".strip()


# verb: icon, tone, title, detail
def _chased_by(t: Telling) -> str:
    policy = t.text("policy")
    return _("Chased by %s") % policy if policy else _("Chased as others of its kind")


TOLD: dict[str, tuple[str, str, Sentence, Sentence]] = {
    "account.opened": ("user-round", "accent", _always(_lazy("Customer opened")), NOTHING),
    "account.closed": ("circle-x", "bad", _always(_lazy("Customer closed")), lambda t: t.day("closed_on")),
    "account.kind_changed": (
        "pencil", "", lambda t: _("Kind of customer: %s") % CUSTOMER_KINDS.get(t.text("kind"), t.text("kind")), NOTHING,
    ),
    "account.profile_changed": (
        "pencil", "", _always(_lazy("Details changed")), _changed_fields,
    ),
    "account.noted": ("pencil", "accent", _always(_lazy("Note")), lambda t: t.text("text")),
    "account.notes_pinned": ("pencil", "", _always(_lazy("Pinned notes changed")), lambda t: t.text("text")),
    "account.opening_balance": ("scale", "", lambda t: _("Opening balance of %s") % t.money("amount"), NOTHING),
    "account.charge": (
        "circle-plus", "", lambda t: _("Charge of %s added") % t.text("amount"), lambda t: t.text("name"),
    ),
    "account.credit": (
        "circle-minus", "good", lambda t: _("Credit of %s given") % t.text("amount"), lambda t: t.text("name"),
    ),
    "account.discount": DISCOUNT,
    "account.outage": OUTAGE,
    "account.void": ("undo-2", "", lambda t: _("Entry %s taken back") % t.text("event"), lambda t: t.day()),
    "account.letters_chosen": ("mail", "", _always(_lazy("Chose which letters to get")), NOTHING),
    "account.viewer_added": (
        "key-round", "accent", _always(_lazy("Let into the portal")), lambda t: t.text("email"),
    ),
    "account.viewer_changed": (
        "key-round", "", _always(_lazy("What is seen in the portal changed")), lambda t: t.text("email"),
    ),
    "account.stand_in_begun": (
        "circle-user", "", _always(_lazy("Portal seen as the customer")), lambda t: t.text("reason"),
    ),
    "account.stand_in_ended": ("circle-user", "", _always(_lazy("Portal left again")), NOTHING),
    "consent.given": ("check", "good", _always(_lazy("Consented")), lambda t: t.text("wording")),
    "consent.withdrawn": (
        "undo-2", "", _always(_lazy("Consent taken back")), lambda t: t.text("kind").replace("_", " "),
    ),
    "contact.added": ("contact", "", lambda t: _("Contact %s added") % t.text("name"), NOTHING),
    "contact.changed": ("contact", "", lambda t: _("Contact %s changed") % t.text("name"), NOTHING),
    "contact.removed": ("contact", "", lambda t: _("Contact %s removed") % t.text("name"), NOTHING),
    "contract.made": ("file-text", "", _always(_lazy("Contract made")), lambda t: t.day("starts_on")),
    "subscription.subscribe": (
        "router", "accent", lambda t: _("Subscribed to %s") % t.plan(), lambda t: _("from %s") % t.day(),
    ),
    "subscription.change_plan": ("shuffle", "", lambda t: _("Plan changed to %s") % t.plan(), _plan_change),
    "subscription.change_quantity": (
        "hash", "", lambda t: _("Quantity changed to %s") % t.text("quantity"), lambda t: _("from %s") % t.day(),
    ),
    "subscription.change_price": (
        "tag", "", lambda t: _("Price of %s agreed") % t.text("charge"), lambda t: _("from %s") % t.day(),
    ),
    "subscription.change_anchor": (
        "calendar-days", "", lambda t: _("Bill day changed to %s") % t.text("day"), lambda t: _("from %s") % t.day(),
    ),
    "subscription.suspend": ("pause", "warn", _always(_lazy("Service suspended")), _suspension),
    "subscription.resume": ("play", "good", _always(_lazy("Service resumed")), lambda t: _("from %s") % t.day()),
    "subscription.restricted": (
        "circle-pause", "warn", _always(_lazy("Only the walled garden is open")), NOTHING,
    ),
    "subscription.unrestricted": ("play", "good", _always(_lazy("No longer restricted")), NOTHING),
    "subscription.cancel": ("circle-x", "bad", _always(_lazy("Subscription cancelled")), _plan_change),
    "account.location_added": (
        "map-pin",
        "",
        _always(_lazy("Place added")),
        lambda t: ", ".join(filter(None, [t.text("street"), t.text("city")])),
    ),
    "subscription.moved": ("map-pin", "", _always(_lazy("Moved")), lambda t: t.text("to")),
    "subscription.discount": DISCOUNT,
    "subscription.outage": OUTAGE,
    "coupon.redeemed": (
        "ticket", "good", lambda t: _("Coupon %s redeemed") % t.text("coupon"), lambda t: t.text("name"),
    ),
    "coupon.taken_back": (
        "undo-2", "", lambda t: _("Coupon %s taken back") % t.text("coupon"),
        lambda t: _("its use was given back") if t.data.get("is_given_back") else "",
    ),
    "referral.made": ("users", "accent", _brought, lambda t: t.text("promotion")),
    "referral.rewarded": ("hand-coins", "good", _always(_lazy("Referral rewarded")), _brought),
    "invoice.issued": (
        "receipt-text", "", lambda t: _("Invoice %s issued") % t.text("number"), lambda t: t.money("total"),
    ),
    "credit_note.issued": (
        "file-minus", "good", lambda t: _("Credit note %s issued") % t.text("number"), lambda t: t.money("total"),
    ),
    "method.saved": ("credit-card", "accent", lambda t: _("Card %s saved") % _card(t), NOTHING),
    "method.removed": ("credit-card", "", lambda t: _("Card %s removed") % _card(t), NOTHING),
    "method.ending": ("mail", "", lambda t: _("Told that card %s ends soon") % _card(t), NOTHING),
    "method.updated": ("credit-card", "", lambda t: _("Card %s renewed by its bank") % _card(t), NOTHING),
    "autopay.started": ("refresh-cw", "accent", lambda t: _("Autopay started with %s") % _card(t), NOTHING),
    "autopay.stopped": ("refresh-cw", "", lambda t: _("Autopay with %s stopped") % _card(t), NOTHING),
    "charge.declined": (
        "credit-card", "bad", lambda t: _("Card payment of %s declined") % t.money("amount"),
        lambda t: str(DECLINES.get(t.text("decline"), t.text("decline"))),
    ),
    "chargeback.opened": (
        "undo-2", "bad", lambda t: _("%s taken back by the card's bank") % t.money("amount"),
        lambda t: t.text("reason"),
    ),
    "chargeback.won": ("scale", "good", lambda t: _("Chargeback of %s won") % t.money("amount"), NOTHING),
    "chargeback.lost": ("scale", "bad", lambda t: _("Chargeback of %s lost") % t.money("amount"), NOTHING),
    "refund.sent": ("clock", "", lambda t: _("Refund of %s sent to the card") % t.money("amount"), NOTHING),
    "refund.failed": (
        "circle-alert", "bad", lambda t: _("Refund of %s failed") % t.money("amount"), lambda t: t.text("note"),
    ),
    "dunning.reminder": ("mail", "warn", lambda t: _("Reminded of %s") % t.money("overdue"), NOTHING),
    "dunning.notice": ("mail-warning", "warn", lambda t: _("Last notice for %s") % t.money("overdue"), NOTHING),
    "dunning.late_fee": ("circle-plus", "warn", _always(_lazy("Late fee charged")), NOTHING),
    "dunning.interest": ("percent", "warn", _always(_lazy("Interest charged")), NOTHING),
    "dunning.restrict": (
        "circle-pause", "warn", lambda t: _("Restricted for %s overdue") % t.money("overdue"),
        lambda t: _("not done: nothing of theirs has a walled garden") if t.data.get("nothing_done") else "",
    ),
    "dunning.suspend": ("circle-pause", "bad", lambda t: _("Stopped for %s overdue") % t.money("overdue"), NOTHING),
    "dunning.terminate": ("circle-x", "bad", lambda t: _("Ended for %s overdue") % t.money("overdue"), NOTHING),
    "dunning.agency": ("scale", "bad", lambda t: _("%s is for the agency") % t.money("overdue"), NOTHING),
    "dunning.write_off": ("scale", "bad", lambda t: _("%s may be written off") % t.money("overdue"), NOTHING),
    "dunning.ended": (
        "circle-check", "good", _always(_lazy("Nothing overdue any more")),
        lambda t: _("service is back") if t.data.get("restored") else "",
    ),
    "dunning.held": (
        "pause", "", lambda t: _("Collections held up to %s") % t.day("until"), lambda t: t.text("reason"),
    ),
    "dunning.exempted": (
        "shield-check", "", lambda t: _("Exempt from collections up to %s") % t.day("until"),
        lambda t: t.text("reason"),
    ),
    "dunning.policy_chosen": ("sliders-horizontal", "", _chased_by, NOTHING),
    "promise.made": (
        "calendar-days", "accent", lambda t: _("%s promised") % t.money("amount"),
        lambda t: _("by %s") % t.day("due_on"),
    ),
    "promise.broken": ("calendar-days", "bad", _always(_lazy("Promise broken")), NOTHING),
    "payment.received": ("banknote", "good", lambda t: _("Paid %s") % t.money("amount"), _method),
    "refund.requested": (
        "clock", "warn", lambda t: _("Refund of %s waits for agreement") % t.money("amount"),
        lambda t: t.text("reason"),
    ),
    "refund.paid": (
        "undo-2", "good", lambda t: _("%s refunded") % t.money("amount"), lambda t: t.text("reason"),
    ),
    "refund.refused": (
        "circle-x", "bad", lambda t: _("Refund of %s not agreed to") % t.money("amount"), lambda t: t.text("note"),
    ),
    "dispute.opened": (
        "scale", "warn", lambda t: _("Line of %s disputed") % t.text("number"),
        lambda t: t.text("reason"),
    ),
    "dispute.upheld": (
        "circle-check", "good", lambda t: _("Dispute over %s upheld") % t.text("number"), lambda t: t.text("note"),
    ),
    "dispute.refused": (
        "circle-x", "", lambda t: _("Dispute over %s refused") % t.text("number"), lambda t: t.text("note"),
    ),
    "ticket.opened": ("message-square", "accent", lambda t: t.text("subject"), NOTHING),
    "ticket.written": (
        "message-square", "", lambda t: _("Wrote again: %s") % t.text("subject"), NOTHING,
    ),
    "ticket.answered": ("send", "", lambda t: _("Answered: %s") % t.text("subject"), NOTHING),
    "ticket.assigned": ("user-round", "", lambda t: _("Assigned: %s") % t.text("subject"), NOTHING),
    "ticket.solved": ("check", "good", lambda t: _("Solved: %s") % t.text("subject"), NOTHING),
    "write_off.requested": (
        "clock", "warn", lambda t: _("Writing off %s waits for agreement") % t.money("amount"),
        lambda t: t.text("reason"),
    ),
    "write_off.booked": (
        "circle-minus", "bad", lambda t: _("%s written off") % t.money("amount"), lambda t: t.text("reason"),
    ),
    "write_off.refused": (
        "circle-x", "", lambda t: _("Writing off %s not agreed to") % t.money("amount"), lambda t: t.text("note"),
    ),
    "write_off.recovered": (
        "undo-2", "good", lambda t: _("Write-off of %s taken back") % t.money("amount"), lambda t: t.text("note"),
    ),
    "payment.reversed": (
        "undo-2", "bad", lambda t: _("Payment of %s taken back") % t.money("amount"), lambda t: t.text("reason"),
    ),
    "mandate.signed": ("landmark", "", lambda t: _("Mandate %s signed") % t.text("reference"), NOTHING),
    "mandate.cancelled": (
        "landmark", "warn", lambda t: _("Mandate %s ended") % t.text("reference"), lambda t: t.text("because"),
    ),
    "mandate.corrected": (
        "landmark", "", lambda t: _("Bank account of mandate %s corrected by its bank") % t.text("reference"),
        lambda t: _("it ends in %s now") % t.text("account_ends"),
    ),
    "debit.planned": (
        "landmark", "", lambda t: _("Direct debit of %s announced") % t.money("amount"),
        lambda t: _("on %s") % t.day("due_on"),
    ),
    "debit.withdrawn": (
        "undo-2", "warn", lambda t: _("Direct debit of %s withdrawn") % t.money("amount"),
        lambda t: t.text("because"),
    ),
    "debit.returned": (
        "undo-2", "bad", lambda t: _("Direct debit returned: %s") % t.text("code"), lambda t: t.text("says"),
    ),
    "debit.return_fee": (
        "landmark", "warn", lambda t: _("The bank took %s for a returned direct debit") % t.money("amount"), NOTHING,
    ),
    "wallet.low": (
        "wallet", "warn", _always(_lazy("Told that the wallet runs out")), lambda t: _("on %s") % t.day("short_on"),
    ),
    "voucher.redeemed": ("ticket", "good", lambda t: _("Voucher %s redeemed") % t.text("voucher"), NOTHING),
    "payment.allocated": ("check", "", _always(_lazy("Payment matched by hand")), NOTHING),
    "payment.allocation_undone": ("undo-2", "", _always(_lazy("Matching undone")), NOTHING),
    "message.sent": ("mail", "", lambda t: t.text("subject"), lambda t: _("to %s") % t.text("recipient")),
    "message.failed": ("mail-warning", "bad", _always(_lazy("E-mail failed")), lambda t: t.text("error")),
    "message.bounced": ("mail-warning", "bad", _always(_lazy("E-mail bounced")), lambda t: t.text("recipient")),
}  # fmt: skip


def moments(
    events: Iterable[EventRead],
    *,
    names: Mapping[str, str],
    plans: Mapping[str, str],
    locale: Locale,
    today: date,
) -> list[Moment]:
    """The events as a timeline, in the order given. `names` says who the actors are, `plans` what codes mean."""
    return [_moment(event, names, Telling(event.data, locale, today, plans)) for event in events]


def fact_words(fact: FactRead, locale: Locale, *, today: date) -> str:
    """A fact that a line rests on, with the day on which it became known."""
    telling = Telling({"effective_on": fact.effective_on.isoformat(), **fact.detail}, locale, today)
    told = TOLD.get(f"subscription.{fact.kind}") or TOLD.get(f"account.{fact.kind}")
    words = (
        ", ".join(filter(None, [told[2](telling), told[3](telling)])) if told else fact.kind.replace("_", " ")
    )
    known = day_text(fact.recorded_on, locale, today=today)
    return _("%(fact)s (recorded %(day)s)") % {"fact": words, "day": known}


def _moment(event: EventRead, names: Mapping[str, str], telling: Telling) -> Moment:
    # A verb of a module that this page does not know yet is told by its own name rather than hidden.
    unknown = ("activity", "", _always(event.verb.replace(".", ": ").replace("_", " ")), NOTHING)
    icon, tone, title, detail = TOLD.get(event.verb, unknown)
    who = _actor(event.actor, names)
    details = ", ".join(filter(None, [detail(telling), who]))
    return Moment(icon, tone, title(telling), details, _href(event), event.occurred_at)


def _actor(actor: str, names: Mapping[str, str]) -> str:
    if actor in names:
        return names[actor]
    kind, _separator, name = actor.partition(":")
    return _("by command %s") % name if kind == "command" else ""


def _href(event: EventRead) -> str:
    if event.object_type in {"invoice", "credit_note"} and event.data.get("number"):
        return reverse("console:invoice", args=[event.data["number"]])
    if event.object_type == "ticket":
        return reverse("console:ticket", args=[event.object_id])
    if event.object_type == "message":
        return reverse("console:message", args=[event.object_id])
    return ""
