"""The frozen facts about one account that a bill run rates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from broadbill.core.rating.account import AccountTerms
from broadbill.core.rating.events import Event
from broadbill.core.rating.rulebook import Rulebook
from broadbill.core.rating.usage_record import UsageRecord


class History(NamedTuple):
    """An account's terms and everything known about it: the caller leaves out what was recorded later."""

    rulebook: Rulebook
    account: AccountTerms
    events: Sequence[Event] = ()
    usage: Sequence[UsageRecord] = ()

    def known_on(self, day: date) -> History:
        """The same history as it was known at the end of a day."""
        return History(
            self.rulebook,
            self.account,
            tuple(event for event in self.events if event.recorded <= day),
            tuple(record for record in self.usage if record.recorded <= day),
        )
