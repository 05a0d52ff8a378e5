"""What stands in the address of a list."""

from __future__ import annotations

from datetime import date

from django.http import QueryDict

from broadbill.core.period import Period


def day_in(query: QueryDict, key: str) -> date | None:
    """A day; None where nothing readable stands there."""
    try:
        return date.fromisoformat(query.get(key, ""))
    except ValueError:
        return None


def month_in(query: QueryDict, key: str) -> Period | None:
    """A month such as 2026-10; None where nothing readable stands there."""
    try:
        return Period.month(date.fromisoformat(f"{query.get(key, '')}-01"))
    except ValueError:
        return None


def key_in(query: QueryDict) -> int | None:
    """After which row the page begins; None for the first page."""
    after = query.get("after", "")
    return int(after) if after.isascii() and after.isdigit() else None
