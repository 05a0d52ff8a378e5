"""How documents of a series are bound to each other."""

from __future__ import annotations

import hashlib


def chained(previous: bytes, number: str, digest: bytes) -> bytes:
    """SHA-256 over the chain hash before it, its number and the digest of its content."""
    return hashlib.sha256(previous + number.encode() + digest).digest()
