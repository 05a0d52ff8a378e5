"""Who has a say before accounts are rated.

A floor above billing may know why an account must not be billed now, or may have to record facts first: prepaid pauses
what is not paid for. It is asked with the accounts' locks held, in the transaction that rates them a moment later, so
every run hears it, whoever started the run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from broadbill.core.errors import DomainError
from broadbill.core.rating import Rulebook


@dataclass(frozen=True, slots=True)
class Asked:
    """Accounts that are about to be rated on a day by a rulebook. `rulebook_ids` are the stored ones that agree.

    `dated` is the date of the documents where it is not that day: corrections of what is past.
    """

    account_ids: Sequence[int]
    rulebook: Rulebook
    rulebook_ids: Sequence[int]
    on: date
    dated: date | None
    now: datetime


# Account ids that must not be billed now, and why.
Held = Mapping[int, DomainError]
Holder = Callable[[Asked], Held]

_holders: list[Holder] = []


def ask_before_rating(holder: Holder) -> None:
    """Have `holder` asked before every chunk. Called from `AppConfig.ready`; asking twice is asking once."""
    if holder not in _holders:
        _holders.append(holder)


def held_back(asked: Asked) -> dict[int, DomainError]:
    """What the holders say, in the order they began to be asked. They may record facts of the accounts."""
    held: dict[int, DomainError] = {}
    for holder in _holders:
        held.update(holder(asked))
    return held
