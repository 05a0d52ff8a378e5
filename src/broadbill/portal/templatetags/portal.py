"""The portal's template tags: `{% load portal %}`. Figures are written by `design`, as in the office.

| tag or filter | gives |
| --- | --- |
| `{% icon "mail" %}` | an icon of the sprite, not read aloud |
| `{{ m|money }}`, `{{ m|money_full }}`, `{{ m|money_big }}` | `62.40`; `€62.40`; the same with small decimals |
| `{{ d|day }}`, `{{ d|day_long }}`, `{{ p|period }}` | `19 Nov`; `19 November 2026`; `1–30 November` |
| `{{ charge|price:currency }}`, `{{ d|rate:currency }}`, `{{ d|plain }}` | prices and quantities with all decimals |
| `{{ d|amount_of:"GB" }}`, `{% bars columns name %}` | a quantity with its unit; a chart of `design/charts.py` |
| `{{ step|step_words }}` | a step of a bill's arithmetic |
| `{{ t|moment }}` | `09:02` today, `19 Nov, 09:02` before |
| `{{ value|json }}` | a value for a data attribute, which a script reads |
| `{{ row|booking }}`, `{{ state|service }}`, `{{ state|ticket }}` … | words of `portal/words.py` |
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from json import dumps

from babel import Locale
from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from broadbill.catalog.queries.price_list import ChargePrice
from broadbill.contracts.queries.subscriptions import ChargeRead
from broadbill.core.money import Currency, Money
from broadbill.core.period import Period
from broadbill.design import charts, formats, steps
from broadbill.payments.queries.line_disputes import DisputeRead
from broadbill.payments.queries.statement import StatementRow
from broadbill.portal import words

register = template.Library()
TURNING = frozenset(
    {"arrow-left", "arrow-right", "chevron-left", "chevron-right", "log-out", "send", "undo-2"}
)
register.filter("initials", formats.initials)
register.filter("json", dumps)


def here() -> Locale:
    return formats.locale_of(get_language() or "en")


@register.simple_tag
def icon(name: str) -> SafeString:
    """Those that point along the line of text point the other way where it runs from right to left."""
    sprite, turns = static("console/gen/icons.svg"), " turns" if name in TURNING else ""
    return format_html('<svg class="i{}" aria-hidden="true"><use href="{}#{}"/></svg>', turns, sprite, name)


@register.filter
def money(value: Money) -> str:
    return formats.money_text(value, here())


@register.filter
def money_full(value: Money) -> str:
    return formats.money_with_currency(value, here())


@register.filter
def money_big(value: Money) -> SafeString | str:
    """With its currency's sign, the decimals smaller, for the one figure of a page."""
    whole = formats.money_with_currency(value, here())
    _, decimals = formats.money_pieces(value, here())
    before, found, after = whole.rpartition(decimals) if decimals else (whole, "", "")
    return format_html('{}<span class="cents">{}</span>{}', before, found, after) if found else whole


@register.filter
def day(value: date) -> SafeString:
    return _time(value, formats.day_text(value, here(), today=timezone.localdate()))


@register.filter
def day_long(value: date) -> SafeString:
    return _time(value, formats.day_full(value, here()))


@register.filter
def period(value: Period) -> str:
    return formats.period_text(value, here(), today=timezone.localdate())


@register.filter
def price(charge: ChargeRead | ChargePrice, currency: Currency) -> str:
    amount = charge.flat_amount
    return formats.NONE if amount is None else formats.rate_text(amount, currency, here())


@register.filter
def rate(value: Decimal, currency: Currency) -> str:
    return formats.rate_text(value, currency, here())


@register.filter
def plain(value: Decimal) -> str:
    return formats.plain_text(value, here())


@register.filter
def amount_of(value: Decimal, unit: str) -> str:
    return formats.quantity_text(value, unit, here())


@register.simple_tag
def bars(columns: Sequence[charts.Column], name: str) -> SafeString:
    return charts.bars(columns, (name,), here())


@register.filter
def step_words(step: str) -> str:
    return steps.step_words(step, here(), today=timezone.localdate())


@register.filter
def booking(row: StatementRow) -> str:
    return str(words.BOOKINGS.get(row.kind, words.OTHER_BOOKING)[0])


@register.filter
def booking_icon(row: StatementRow) -> SafeString:
    return icon(words.BOOKINGS.get(row.kind, words.OTHER_BOOKING)[1])


@register.filter
def came_by(method: str) -> str:
    return str(words.CAME_BY.get(method, method))


@register.filter
def moment(value: datetime) -> SafeString:
    """`09:02` today, `19 Nov, 09:02` before, in the operator's zone."""
    local = timezone.localtime(value)
    text = formats.moment_text(local, here(), today=timezone.localdate())
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="minutes"), text)


@register.filter
def service(state: str) -> SafeString:
    return _badge(words.SERVICE[state])


@register.filter
def ticket(state: str) -> SafeString:
    return _badge(words.TICKETS[state])


@register.filter
def dispute(state: str) -> SafeString:
    return _badge(words.DISPUTES[state])


@register.filter
def status(state: str) -> SafeString:
    return _badge(words.STATUS[state])


@register.filter
def turned(value: Money) -> str:
    """An amount of the books as its customer counts it: what came is more, what was used is less."""
    return formats.money_text(-value, here(), signed=True)


@register.filter
def octets(value: int) -> str:
    return formats.octets_text(value, here())


@register.filter
def hours(seconds: int) -> str:
    return formats.plain_text(round(Decimal(seconds) / 3600, 1), here())


@register.filter
def of_line(disputes: Sequence[DisputeRead], position: int) -> DisputeRead | None:
    """The latest dispute of a line of a bill."""
    return next((one for one in reversed(disputes) if one.position == position), None)


@register.filter
def refund(state: str) -> SafeString:
    return _badge(words.REFUNDS[state])


@register.filter
def every(unit: str) -> str:
    return str(words.PERIODS.get(unit, ""))


@register.filter
def decline(code: str) -> str:
    return str(words.DECLINES.get(code, words.OTHER_DECLINE))


def _badge(said: tuple[str | Promise, str, str]) -> SafeString:
    title, tone, sign = said
    return format_html('<span class="badge {}">{}{}</span>', tone, icon(sign), title)


def _time(value: date, text: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), text)
