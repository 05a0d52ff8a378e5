"""Rating the accounts of a chunk: everything between reading and writing, without touching the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from broadbill.billing.domain.booking import entry_of
from broadbill.billing.domain.content import Content, content_of
from broadbill.billing.domain.proposing import propose_for
from broadbill.billing.domain.reading import Reading
from broadbill.core.errors import DomainError
from broadbill.core.posting import Entry
from broadbill.core.rating import Rulebook


class Rated(NamedTuple):
    """A document ready to be numbered, with the head and digest of its content and the entry that books it."""

    content: Content
    head: str
    digest: bytes
    entry: Entry | None


class State(NamedTuple):
    """How far an account will be billed when the chunk is posted."""

    account_id: int
    next_due_on: date | None
    billed_through: date
    facts_seen: int
    usage_seen: int
    resume_on: date | None


@dataclass(slots=True)
class RatedChunk:
    documents: list[Rated] = field(default_factory=list)
    states: list[State] = field(default_factory=list)
    # (account id, account number, code, reason)
    issues: list[tuple[int, str, str, str]] = field(default_factory=list)


def rate_chunk(
    *,
    readings: Iterable[Reading],
    rulebook: Rulebook,
    on: date,
    run_id: int,
    dated: date | None = None,
    held: Mapping[int, DomainError] | None = None,
) -> RatedChunk:
    """Propose each account's documents. An account that is refused or held back is listed and left as it was."""
    rated = RatedChunk()
    for reading in readings:
        try:
            if held and reading.account_id in held:
                raise held[reading.account_id]
            proposal = propose_for(reading, rulebook=rulebook, on=on, dated=dated)
        except DomainError as error:
            rated.issues.append((reading.account_id, reading.number, error.code, str(error)))
            continue
        before = reading.balance.minor
        for document in proposal.documents:
            content = content_of(document, reading, run_id, before)
            head = content.head()
            rated.documents.append(
                Rated(content, head, content.digest(head), entry_of(document, reading.account_id))
            )
            before += document.total.minor
        rated.states.append(
            State(
                account_id=reading.account_id,
                next_due_on=proposal.next_due_on,
                billed_through=on,
                facts_seen=reading.facts_seen,
                usage_seen=reading.usage_seen,
                resume_on=proposal.resume,
            )
        )
    return rated
