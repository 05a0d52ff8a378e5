"""Steps of the arithmetic of a bill, as people read them."""

from __future__ import annotations

import re
from datetime import date

from babel import Locale

from broadbill.core.period import Period
from broadbill.design.formats import MINUS, day_text, period_text

# In translations a dash stands where English has "to", so that this finds the range in every language.
ISO_RANGE = re.compile(r"(\d{4}-\d\d-\d\d) (?:to|–) (\d{4}-\d\d-\d\d)")
ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
NEGATIVE = re.compile(r"(?<![\w.])-(?=\d)")


def step_words(step: str, locale: Locale, *, today: date) -> str:
    """A step of the arithmetic as people write it: `1–12 October` for a half-open range, a real minus sign."""

    def span(found: re.Match[str]) -> str:
        starts, ends = (date.fromisoformat(day) for day in found.groups())
        return period_text(Period(starts, ends), locale, today=today) if starts < ends else found[0]

    def single(found: re.Match[str]) -> str:
        return day_text(date.fromisoformat(found[0]), locale, today=today)

    return NEGATIVE.sub(MINUS, ISO_DAY.sub(single, ISO_RANGE.sub(span, step)))
