"""Which bank lines tell of our own collections: their money came, or went back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from broadbill.payments.domain.bank import BankLine


@dataclass(frozen=True, slots=True)
class Asked:
    """A collection the bank was asked for. `is_collected` once its money came."""

    id: int
    amount: int
    is_collected: bool


@dataclass(frozen=True, slots=True)
class Told:
    """What a line tells of collections: of all of them that their money came, or of one that it went back.

    `differs` where a line names collections and its sum is another: a person looks at it.
    """

    came: tuple[int, ...] = ()
    went_back: int | None = None
    differs: bool = False


@dataclass(frozen=True, slots=True)
class Collections:
    """The collections that some lines name, by end-to-end id and by batch."""

    by_id: Mapping[str, Asked] = field(default_factory=dict)
    by_batch: Mapping[str, Sequence[Asked]] = field(default_factory=dict)


def told_by(line: BankLine, known: Collections) -> Told | None:
    """None for a line that names no collection of ours."""
    single = next((known.by_id[text] for text in line.references if text in known.by_id), None)
    if single is not None:
        if line.amount.minor == single.amount and not single.is_collected:
            return Told(came=(single.id,))
        if line.amount.minor == -single.amount and single.is_collected:
            return Told(went_back=single.id)
        return Told(differs=True)
    batch = next((known.by_batch[text] for text in line.references if text in known.by_batch), None)
    if batch is None:
        return None
    if line.amount.minor == sum(asked.amount for asked in batch):
        return Told(came=tuple(asked.id for asked in batch))
    return Told(differs=True)
