"""Until when somebody who guessed too often has to wait, from what django-allauth counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from allauth.account import app_settings
from allauth.core.internal.ratelimit import get_cache_key, parse_rates
from django.core.cache import cache
from django.http import HttpRequest

ACTION = "login_failed"


def may_try_again_at(request: HttpRequest, *, key: str) -> datetime | None:
    """The first full minute in which a password may be tried again for that key; None when it may be now.

    allauth keeps the instants of the failures, the latest first; who has as many as are allowed waits until the first
    of them is old enough.
    """
    waits = []
    for rate in parse_rates(app_settings.RATE_LIMITS.get(ACTION)):
        place = get_cache_key(request, app="allauth.account", action=ACTION, rate=rate, key=key)
        failures = cache.get(place, [])
        if len(failures) >= rate.amount:
            waits.append(failures[rate.amount - 1] + rate.duration)
    if not waits:
        return None
    until = datetime.fromtimestamp(max(waits), UTC)
    return until.replace(second=0, microsecond=0) + timedelta(minutes=1)
