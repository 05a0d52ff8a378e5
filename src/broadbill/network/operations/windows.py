"""Letting a subscription in between two instants only, as a pass by the hour is."""

from __future__ import annotations

from datetime import datetime

from broadbill.network.models import Window


def let_in_between(*, subscription_id: int, starts_at: datetime, ends_at: datetime) -> None:
    """From `starts_at` up to, not at, `ends_at`. The end is told to access servers with each sign-in."""
    Window.objects.create(subscription_id=subscription_id, starts_at=starts_at, ends_at=ends_at)
