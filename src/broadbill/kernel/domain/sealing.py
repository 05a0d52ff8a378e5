"""How a seal is computed: a hash over a batch of events and over the seal before it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Batch:
    """Events closed together: the digest over their hashes, how many there are, and the highest id among them."""

    digest: bytes
    count: int
    last_event_id: int


NO_EVENTS = Batch(digest=bytes(32), count=0, last_event_id=0)
# What the first seal follows.
NO_SEAL = bytes(32)


def seal_hash(*, previous: bytes, era: int, starts: int, ends: int, batch: Batch) -> bytes:
    """The hash of a seal, 32 bytes.

    Shape: SHA-256 over the hash of the seal before it, the batch's bounds, the number of its events and its digest.
    The digest is SHA-256 over the events' own SHA-256 hashes, in the order of transaction and id, so that any event
    altered, added or removed shows.
    """
    words = [previous.hex(), str(era), str(starts), str(ends), str(batch.count), batch.digest.hex()]
    return hashlib.sha256("|".join(words).encode()).digest()
