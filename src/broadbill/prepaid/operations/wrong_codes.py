"""Keeping guessers away: codes that do not exist are counted by where they were typed."""

from __future__ import annotations

from datetime import datetime, timedelta

from broadbill.prepaid.domain.errors import TooManyWrongCodes
from broadbill.prepaid.models import WrongCode

WRONG_CODES_ALLOWED = 10
WINDOW_MINUTES = 15


def refuse_guessing(*, source: str, now: datetime) -> None:
    """Raises: TooManyWrongCodes after WRONG_CODES_ALLOWED from one source within WINDOW_MINUTES."""
    since = now - timedelta(minutes=WINDOW_MINUTES)
    if WrongCode.objects.filter(source=source, tried_at__gt=since).count() >= WRONG_CODES_ALLOWED:
        raise TooManyWrongCodes(minutes=WINDOW_MINUTES)


def note_wrong_code(*, source: str, now: datetime) -> None:
    """Count one. A mistyped code is not counted: its check character tells it from a guess."""
    WrongCode.objects.create(source=source, tried_at=now)


def forget_wrong_codes(*, now: datetime) -> int:
    """Remove those that count no more; return how many."""
    return WrongCode.objects.filter(tried_at__lte=now - timedelta(minutes=WINDOW_MINUTES)).delete()[0]
