"""What the office's pages know of the person who looks at them."""

from __future__ import annotations

from typing import Protocol

from broadbill.identity.domain.permissions import Permission


class Staff(Protocol):
    """A signed-in member of the staff; `actor` is how events name them."""

    @property
    def actor(self) -> str: ...

    def may(self, permission: Permission) -> bool: ...
