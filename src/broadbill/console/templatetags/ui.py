"""The office's template tags: `{% load ui %}`.

| tag or filter | gives |
| --- | --- |
| `{% icon "mail" %}`, `{% icon "x" label=… %}` | an icon of the sprite; with a label it is read aloud |
| `{{ m|money }}`, `{{ m|money_signed }}` | `1,234.50`; `+1,234.50`, for bridges and deltas |
| `{{ m|money_parts }}` | the same with small decimals, for large figures |
| `{{ m|money_full }}` | with the currency's sign, for documents and mixed lists |
| `{{ n|count }}`, `{{ n|octets }}` | `1,284`; `4.2 GB` |
| `{{ d|day }}`, `{{ d|day_long }}`, `{{ d|weekday }}` | `19 Nov`; `19 November 2026`; `Monday 23 November` |
| `{{ t|moment }}` | `09:02` today, `19 Nov, 09:02` before, in the operator's zone |
| `{{ p|period }}` | `1–30 November`, inclusive |
| `{{ name|initials }}`, `{{ roles|role_titles }}` | `AH`; `Billing, Technician` |
| `{% badge text tone=… icon=… %}` | a badge; tone is empty, good, warn, bad or accent |
| `{% state_badge "run" state %}` | the badge of a stored state: service, run or message |
| `{{ value|said:words }}` | the word for a stored value, from a table of `console/words.py` |
| `{{ charge|price:currency }}`, `{{ d|rate:currency }}` | `44.90`, with more decimals where a rate has them |
| `{{ d|plain }}`, `{{ period|period_words }}` | `2.5`; `a month` |
| `{{ step|step_words }}`, `{{ fact|fact_words }}` | a step of the arithmetic; a fact of the history |
| `{% scannable text %}` | bars where they can say the text, else a QR code |
| `{% code128 text px %}`, `{% qr text label %}` | a barcode; a QR code |
| `{% spark values tone %}`, `{% stack parts %}`, `{% bars columns a b %}` | charts, see `design/charts.py` |
| `{{ value|json }}` | a value for a data attribute |
| `{% query page=… %}` | the current query string with these keys changed; None or "" removes one |

Money is `core.money.Money`, a period is `core.period.Period`; None shows as an em dash.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from json import dumps
from pathlib import Path
from typing import Any

from babel import Locale
from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from broadbill.billing.queries.explain import FactRead
from broadbill.console import stories
from broadbill.console.import_words import IMPORTS
from broadbill.console.permission_words import ROLES
from broadbill.console.words import (
    CHARGES,
    CHASED_SERVICE,
    DISPUTES,
    DRAFTS,
    MESSAGES,
    PERIODS,
    REASONS,
    RUNS,
    SERVICE,
    TICKETS,
    Sign,
)
from broadbill.contracts.queries.subscriptions import ChargeRead
from broadbill.core.money import Currency, Money
from broadbill.core.period import Period
from broadbill.design import charts, codes, formats, steps
from broadbill.identity.domain.roles import RoleRead

register = template.Library()
SIGNS: dict[str, Mapping[str, Sign]] = {
    "service": SERVICE,
    "chased": CHASED_SERVICE,
    "run": RUNS,
    "draft": DRAFTS,
    "reason": REASONS,
    "message": MESSAGES,
    "charge": CHARGES,
    "dispute": DISPUTES,
    "ticket": TICKETS,
    "import": IMPORTS,
}
TONES = ("", "good", "warn", "bad", "accent")
TURNING = frozenset({"arrow-left", "arrow-right", "chevron-left", "chevron-right", "log-out", "send", "undo-2",
                     "arrow-up-right", "arrow-down-right", "corner-down-left"})  # fmt: skip


@cache
def known_icons() -> frozenset[str]:
    """The names in icons.txt, which the build hook has put into the sprite."""
    return frozenset((Path(__file__).parents[1] / "icons.txt").read_text(encoding="utf-8").split())


def here() -> Locale:
    return formats.locale_of(get_language() or "en")


@register.simple_tag
def icon(name: str, cls: str = "", label: str = "") -> SafeString:
    """Raises: ValueError if icons.txt does not list the name (a caller's bug)."""
    if name not in known_icons():
        raise ValueError(f"icon {name!r} is not in console/icons.txt")
    voice = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    classes = " ".join(filter(None, ["i", cls, "turns" if name in TURNING else ""]))
    sprite = static("console/gen/icons.svg")
    return format_html('<svg class="{}" {}><use href="{}#{}"/></svg>', classes, voice, sprite, name)


@register.filter
def money(value: Money | None) -> str:
    return formats.NONE if value is None else formats.money_text(value, here())


@register.filter
def money_signed(value: Money | None) -> str:
    return formats.NONE if value is None else formats.money_text(value, here(), signed=True)


@register.filter
def money_parts(value: Money | None) -> SafeString | str:
    if value is None:
        return formats.NONE
    whole, decimals = formats.money_pieces(value, here())
    return format_html('{}<span class="cents">{}</span>', whole, decimals) if decimals else whole


@register.filter
def money_full(value: Money | None) -> str:
    return formats.NONE if value is None else formats.money_with_currency(value, here())


@register.filter
def count(value: int) -> str:
    return formats.count_text(value, here())


@register.filter
def octets(value: int) -> str:
    return formats.octets_text(value, here())


@register.filter
def amount_of(value: Decimal, unit: str) -> str:
    return formats.quantity_text(value, unit, here())


@register.filter
def day(value: date | None) -> SafeString | str:
    return _time(value, lambda d: formats.day_text(d, here(), today=timezone.localdate()))


@register.filter
def day_long(value: date | None) -> SafeString | str:
    return _time(value, lambda d: formats.day_full(d, here()))


@register.filter
def weekday(value: date | None) -> SafeString | str:
    return _time(value, lambda d: formats.weekday_text(d, here()))


@register.filter
def moment(value: datetime | None) -> SafeString | str:
    if value is None:
        return formats.NONE
    local = timezone.localtime(value)
    text = formats.moment_text(local, here(), today=timezone.localdate())
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), text)


@register.filter
def period(value: Period | None) -> str:
    return formats.NONE if value is None else formats.period_text(value, here(), today=timezone.localdate())


@register.filter
def initials(name: object) -> str:
    return formats.initials(str(name))


@register.filter
def role_titles(roles: Iterable[RoleRead]) -> str:
    """The names of roles: ours in the reader's language, the provider's own as they were given."""
    return ", ".join(str(ROLES.get(role.code, role.title)) for role in roles)


@register.filter
def json(value: object) -> str:
    """A value for a data attribute, which a script reads."""
    return dumps(value)


register.simple_tag(codes.code128)
register.simple_tag(codes.scannable)
register.simple_tag(codes.qr)
register.simple_tag(charts.spark)
register.simple_tag(charts.stack)


@register.simple_tag
def bars(columns: Sequence[charts.Column], *names: str) -> SafeString:
    return charts.bars(columns, names, here())


@register.simple_tag
def report_bars(columns: Sequence[charts.Column], names: Sequence[str]) -> SafeString:
    """As `bars`, where the series are not known to the template."""
    return charts.bars(columns, names, here())


@register.simple_tag
def badge(text: str, tone: str = "", icon: str = "") -> SafeString:
    """Raises: ValueError for a tone that the style sheet does not have (a caller's bug)."""
    if tone not in TONES:
        raise ValueError(f"{tone!r} is not a badge tone")
    return format_html('<span class="badge {}">{}{}</span>', tone, _icon(icon), text)


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    asked = context["request"].GET.copy()
    for key, value in changes.items():
        if value in (None, ""):
            asked.pop(key, None)
        else:
            asked[key] = value
    return f"?{asked.urlencode()}"


@register.simple_tag
def state_badge(kind: str, state: str) -> SafeString:
    sign = SIGNS[kind][state]
    return badge(str(sign.title), tone=sign.tone, icon=sign.icon)


@register.filter
def said(value: str, words: Mapping[str, object]) -> str:
    """The word for a stored value; the value itself where there is none."""
    return str(words.get(value, value))


@register.filter
def price(charge: ChargeRead, currency: Currency) -> str:
    """What one unit costs, with all its decimals: `44.90`, `0.0071`."""
    amount = charge.flat_amount
    if amount is None:
        return formats.NONE
    return formats.rate_text(amount, currency, here())


@register.filter
def rate(value: Decimal, currency: Currency) -> str:
    """A price per unit with all its decimals."""
    return formats.rate_text(value, currency, here())


@register.filter
def plain(value: Decimal) -> str:
    """A quantity or a percentage without idle zeros: `3`, `2.5`."""
    return formats.plain_text(value, here())


@register.filter
def step_words(step: str) -> str:
    return steps.step_words(step, here(), today=timezone.localdate())


@register.filter
def fact_words(fact: FactRead) -> str:
    return stories.fact_words(fact, here(), today=timezone.localdate())


@register.filter
def period_words(period: str) -> str:
    return str(PERIODS.get(period, ""))


def _icon(name: str) -> SafeString:
    return icon(name) if name else mark_safe("")


def _time(value: date | None, write: Any) -> SafeString | str:
    if value is None:
        return formats.NONE
    local = timezone.localtime(value).date() if isinstance(value, datetime) else value
    return format_html('<time datetime="{}">{}</time>', local.isoformat(), write(local))
