"""A message before it is in the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from broadbill.messaging.domain.addresses import same_person


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentReference:
    """What to attach, fetched by the named provider when the message is sent: nothing large lies in the
    outbox.
    """

    provider: str
    reference: str

    def as_json(self) -> Mapping[str, str]:
        return {"provider": self.provider, "reference": self.reference}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What to tell whom about what.

    `kind` and the object (`invoice`, `12`) say what the message is about; together with the recipient they
    are its `dedupe_key`: one person gets one message of a kind about one thing, ever.
    """

    kind: str
    object_type: str
    object_id: str
    recipient: str
    language: str
    subject: str
    text: str
    html: str = ""
    attachments: tuple[AttachmentReference, ...] = ()
    account_id: int | None = None

    @property
    def dedupe_key(self) -> str:
        return dedupe_key(self.kind, self.object_type, self.object_id, self.recipient)


def dedupe_key(kind: str, object_type: str, object_id: str, recipient: str) -> str:
    """What two messages have in common when one of them would be one too many."""
    return f"{kind}:{object_type}:{object_id}:{same_person(recipient)}"
