"""Giving out numbers: gapless, in order, under the lock of their series."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from broadbill.billing.domain.chain import chained
from broadbill.billing.domain.numbering import series_key
from broadbill.billing.models import Series


class Numbered(NamedTuple):
    """A number taken for a content, with the chain hash that binds it to the one before."""

    series: str
    sequence: int
    number: str
    digest: bytes
    chain_hash: bytes


def take_numbers(*, kind: str, day: date, digests: Sequence[bytes]) -> list[Numbered]:
    """Number contents in order. Locks the series until the caller's transaction ends, so call it last.

    The numbers are lost to nobody: a transaction that fails gives them back.
    """
    if not digests:
        return []
    key = series_key(kind, day)
    Series.objects.bulk_create([Series(key=key, pattern=f"{key}-{{:06d}}")], ignore_conflicts=True)
    series = Series.objects.select_for_update().get(key=key)
    numbered = list(_number(series, digests))
    series.next_sequence += len(digests)
    series.chain_hash = numbered[-1].chain_hash
    series.save(update_fields=["next_sequence", "chain_hash"])
    return numbered


def _number(series: Series, digests: Sequence[bytes]) -> Iterator[Numbered]:
    last = bytes(series.chain_hash)
    for sequence, digest in enumerate(digests, start=series.next_sequence):
        number = series.pattern.format(sequence)
        last = chained(last, number, digest)
        yield Numbered(series.key, sequence, number, digest, last)
