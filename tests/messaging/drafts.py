"""A draft that the tests change where they need to, and a clock they turn by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from broadbill.messaging.domain.drafts import Draft

NOON = datetime(2026, 11, 5, 12, 0, tzinfo=UTC)


def draft(**changes: Any) -> Draft:
    return replace(
        Draft(
            kind="invoice",
            object_type="invoice",
            object_id="4512",
            account_id=17,
            recipient="amina@example.org",
            language="de",
            subject="Ihre Rechnung 2026-004512",
            text="Guten Tag Amina Haddad,\n\nIhre Rechnung über 62,40 € finden Sie im Anhang.\n",
            html="<p>Ihre Rechnung über 62,40 € finden Sie im Anhang.</p>",
        ),
        **changes,
    )


@dataclass
class Clock:
    """Stands still until it is turned."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **delta: int) -> None:
        self.now += timedelta(**delta)
