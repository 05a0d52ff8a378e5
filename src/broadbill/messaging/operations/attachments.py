"""Who fetches the attachments: modules above say so when they start, the outbox only knows their names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from broadbill.messaging.domain.drafts import AttachmentReference


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file as it goes into the message. `media_type` is like `application/pdf`."""

    filename: str
    content: bytes
    media_type: str


Provider = Callable[[str], Attachment]

_providers: dict[str, Provider] = {}


def provide_attachments(name: str, provider: Provider) -> None:
    """Have references to `name` fetched by `provider`, which is given the reference. Called from
    `AppConfig.ready`.

    Raises: ValueError when the name is taken by another provider (a caller's bug).
    """
    if _providers.get(name, provider) is not provider:
        raise ValueError(f"attachments {name!r} have a provider already")
    _providers[name] = provider


def fetch(reference: AttachmentReference) -> Attachment:
    """The file behind the reference. Raises: KeyError for a provider nobody registered (a caller's bug)."""
    return _providers[reference.provider](reference.reference)
