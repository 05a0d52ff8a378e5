"""How news travels upward without anybody below knowing who listens.

A module on a higher floor follows news in its `AppConfig.ready`; the module below tells it inside its own
transaction, so what the follower writes stands or falls with what happened.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

Follower = Callable[..., None]

_followers: dict[str, list[Follower]] = defaultdict(list)


def follow(news: str, follower: Follower) -> None:
    """Have `follower` called with the facts of every such news. Following twice is following once."""
    if follower not in _followers[news]:
        _followers[news].append(follower)


def tell(news: str, **facts: Any) -> None:
    """Call every follower, in the order they began to follow. An error in one fails the transaction."""
    for follower in _followers[news]:
        follower(**facts)
