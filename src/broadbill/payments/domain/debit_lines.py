"""Which bank lines tell of our own collections: their money came, or went back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from broadbill.payments.domain.bank import BankLine


@dataclass(frozen=True, slots=True)
class Asked:
    """A collection the bank was asked for. `is_collected` once its money came, `is_returned` once it is known that it
    comes back, which a report may tell before either is booked; `is_rejected` where the bank said that it would not
    collect.
    """

    id: int
    amount: int
    is_collected: bool
    is_returned: bool = False
    is_rejected: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What a line tells of collections: of all of them that their money came, or of one that it went back.

    `never_came` are those of a batch that the bank left out of the sum, as it had reported them as returned. `confirms`
    is a return that a report had told of before. Money that came by itself of a rejected one `stands`. `differs` where
    a line names collections and its sum is another: a person looks at it.
    """

    came: tuple[int, ...] = ()
    never_came: tuple[int, ...] = ()
    went_back: int | None = None
    confirms: int | None = None
    stands: bool = False
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
            return Told(came=(single.id,), stands=single.is_rejected)
        if single.is_collected and line.amount.minor in (-single.amount, -single.amount - line.fee):
            return Told(confirms=single.id) if single.is_returned else Told(went_back=single.id)
        return Told(differs=True)
    batch = next((known.by_batch[text] for text in line.references if text in known.by_batch), None)
    if batch is None:
        return None
    return told_of(line.amount.minor, batch)


def told_of(minor: int, batch: Sequence[Asked]) -> Told:
    """What a sum tells of the collections of a batch that wait for the bank."""
    everything = tuple(asked.id for asked in batch)
    kept = tuple(asked.id for asked in batch if not asked.is_returned)
    if minor == sum(asked.amount for asked in batch):
        return Told(came=everything)
    if kept and minor == sum(asked.amount for asked in batch if not asked.is_returned):
        return Told(came=kept, never_came=tuple(asked.id for asked in batch if asked.is_returned))
    return Told(differs=True)
