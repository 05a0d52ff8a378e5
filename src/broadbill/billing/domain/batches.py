"""Cutting work into pieces that fit into memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def batches(
    items: Iterable[T], *, weight: Callable[[T], int], most_items: int, most_weight: int
) -> Iterator[list[T]]:
    """The items in their order, in pieces of at most so many items that weigh at most so much together.

    An item that weighs more than that is a piece of its own.
    """
    batch: list[T] = []
    weighs = 0
    for item in items:
        own = weight(item)
        if batch and (len(batch) == most_items or weighs + own > most_weight):
            yield batch
            batch, weighs = [], 0
        batch.append(item)
        weighs += own
    if batch:
        yield batch
