"""The one family of anticipated refusals.

A `DomainError` is something a person can understand and mend: it names the thing, says what was wrong
and what to do next. A caller's bug is a built-in exception and is never shown to users.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import ClassVar


@dataclass(kw_only=True, eq=False)
class DomainError(Exception):
    """An anticipated refusal with a stable code and a message made from its typed fields."""

    code: ClassVar[str] = "broadbill.refused"
    message: ClassVar[str] = "Refused."

    def __str__(self) -> str:
        return self.message.format(**{field.name: getattr(self, field.name) for field in fields(self)})
