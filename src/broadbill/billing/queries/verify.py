"""Checking everything that was ever issued against what it was made from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.db import connection

from broadbill.accounts.models import Profile
from broadbill.billing.domain.booking import entry_of
from broadbill.billing.domain.chain import chained
from broadbill.billing.domain.content import Content, content_of
from broadbill.billing.domain.numbering import holds_documents
from broadbill.billing.domain.proposing import propose_for
from broadbill.billing.domain.reading import Reading
from broadbill.billing.models import Document, Rulebook, Series
from broadbill.billing.queries.earlier_runs import EarlierRuns, earlier_runs
from broadbill.billing.queries.issued import issued_documents
from broadbill.billing.queries.readings import account_terms
from broadbill.billing.queries.rulebooks import parsed_rulebook
from broadbill.billing.queries.stored import Stored, stored_documents
from broadbill.billing.queries.usage_asked import UsageAsked, usage_of
from broadbill.contracts.queries.histories import read_events
from broadbill.core.errors import DomainError
from broadbill.core.money import Currency, Money
from broadbill.core.rating import AccountTerms, Event, History, IssuedDocument, UsageRecord
from broadbill.core.rating.needs import usage_needs
from broadbill.kernel.deviation import Deviation
from broadbill.kernel.garbage import collector_paused

ACCOUNTS_PER_BATCH = 1000
EPOCH = date(1970, 1, 1)

BOOKED = """
SELECT document.id, array_agg(ARRAY[posting.ledger_account_id, coalesce(posting.account_id, 0), posting.amount,
    coalesce(posting.earns_from - DATE '1970-01-01', 0), coalesce(posting.earns_to - DATE '1970-01-01', 0)])
FROM billing_document AS document JOIN ledger_posting AS posting ON posting.entry_id = document.entry_id
WHERE document.account_id = ANY(%s) GROUP BY document.id
"""

BALANCE_BEFORE = """
SELECT document.id, coalesce((
    SELECT sum(posting.amount) FROM ledger_posting AS posting
    WHERE posting.account_id = document.account_id AND posting.entry_id < document.entry_id), 0)::bigint
FROM billing_document AS document WHERE document.account_id = ANY(%s) AND document.entry_id IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Known:
    """Everything ever known of an account, from which each document knew a part."""

    issued: Sequence[IssuedDocument]
    events: Sequence[Event]
    usage: Sequence[tuple[int, UsageRecord]]
    runs: EarlierRuns


def verify_documents(*, progress: Callable[[int], None] | None = None) -> Iterator[Deviation]:
    """Recompute every document from the history known to it, and compare to the last digit. Bounded memory."""
    for batch in accounts_with_documents():
        yield from verify_accounts(batch)
        if progress:
            progress(len(batch))


def verify_accounts(account_ids: Sequence[int]) -> list[Deviation]:
    """The same for the documents of some accounts. A fixed number of queries, and three for every so much usage."""
    with collector_paused():
        return list(_verify_accounts(account_ids))


def accounts_with_documents() -> Iterator[list[int]]:
    """The ids of all accounts that were ever billed, ascending, some at a time. One query a batch."""
    found = Document.objects.order_by("account_id").values_list("account_id", flat=True).distinct()
    last = 0
    while batch := list(found.filter(account_id__gt=last)[:ACCOUNTS_PER_BATCH]):
        last = batch[-1]
        yield batch


def documents_issued() -> int:
    """How many documents there are to verify."""
    return Document.objects.count()


def verify_series() -> Iterator[Deviation]:
    """Check that every series of documents is gapless and its chain of hashes unbroken up to the series' own record."""
    for series in Series.objects.order_by("key"):
        if holds_documents(series.key):
            yield from _verify_chain(series)


def verify_rulebooks() -> Iterator[Deviation]:
    """Check that no rulebook was altered."""
    for rulebook in Rulebook.objects.order_by("id").iterator(chunk_size=10):
        canonical = json.dumps(rulebook.content, sort_keys=True, separators=(",", ":"))
        if hashlib.sha256(canonical.encode()).digest() != bytes(rulebook.digest):
            yield Deviation("rulebook", str(rulebook.id), "its content does not match its digest")


def _verify_chain(series: Series) -> Iterator[Deviation]:
    previous, expected = bytes(32), 1
    rows = (
        Document.objects.filter(series=series)
        .order_by("sequence")
        .values_list("sequence", "number", "digest", "chain_hash")
    )
    for sequence, number, digest, chain_hash in rows.iterator(chunk_size=5000):
        if sequence != expected:
            yield Deviation("series", series.key, f"number {expected} is missing before {number}")
        if number != series.pattern.format(sequence):
            yield Deviation("series", number, f"should be numbered {series.pattern.format(sequence)}")
        if chained(previous, number, bytes(digest)) != bytes(chain_hash):
            yield Deviation("chain", number, "its hash does not follow from the document before it")
        previous, expected = bytes(chain_hash), sequence + 1
    if expected != series.next_sequence:
        yield Deviation(
            "series", series.key, f"{series.next_sequence - 1} numbers were given, {expected - 1} found"
        )
    if previous != bytes(series.chain_hash):
        yield Deviation("chain", series.key, "the last document is not the one the series ended with")


def _verify_accounts(account_ids: Sequence[int]) -> Iterator[Deviation]:
    stored = stored_documents(account_ids)
    issued = issued_documents(account_ids)
    events = read_events(account_ids)
    booked, balances = _booked(account_ids)
    profiles = _profiles({row.content.profile_id for rows in stored.values() for row in rows})
    asked = {
        account: _usage_asked(rows, events.get(account, ()), profiles)
        for account, rows in stored.items()
        if rows[-1].content.usage_seen
    }
    runs = earlier_runs()
    for account_id, usage in zip(account_ids, usage_of(account_ids, asked), strict=True):
        documents = stored[account_id]
        for row in documents:
            if row.content.digest() != row.digest:
                yield Deviation("digest", row.number, "its lines or figures do not match its digest")
            if balances.get(row.id, row.content.balance_before) != row.content.balance_before:
                yield Deviation(
                    "ledger", row.number, "the balance before it is not the sum of the postings before it"
                )
        known = Known(issued[account_id], events.get(account_id, ()), usage, runs)
        yield from _verify_account(documents, known, profiles, booked)


def _usage_asked(
    documents: Sequence[Stored], events: Sequence[Event], profiles: dict[int, tuple[AccountTerms, int]]
) -> UsageAsked:
    """What recomputing an account's documents needs of its usage, each from what it knew."""
    terms = profiles[documents[-1].content.profile_id][0]
    rulebooks = {document.rulebook_id for document in documents}
    needs = usage_needs([History(parsed_rulebook(rulebook), terms, events) for rulebook in rulebooks])
    seen = {document.content.usage_seen for document in documents}
    return UsageAsked(needs, max(seen), seen=tuple(seen))


def _verify_account(
    documents: Sequence[Stored],
    known: Known,
    profiles: dict[int, tuple[AccountTerms, int]],
    booked: dict[int, list[tuple[int, ...]]],
) -> Iterator[Deviation]:
    """Propose each run's documents again from what was known then, and compare."""
    done = 0
    for _, group in groupby(documents, key=lambda row: row.content.run_id):
        rows = list(group)
        first = rows[0].content
        terms, terms_days = profiles[first.profile_id]
        reading = Reading(
            account_id=first.account_id,
            number="",
            profile_id=first.profile_id,
            terms_days=terms_days,
            terms=terms,
            events=tuple(event for event in known.events if event.key <= first.facts_seen),
            facts_seen=first.facts_seen,
            usage=tuple(item for item in known.usage if item[0] <= first.usage_seen),
            usage_seen=first.usage_seen,
            balance=Money(first.balance_before, Currency.of(first.currency)),
            issued=tuple(known.issued[:done]),
            resume_on=None,
            runs=known.runs.before(first.run_id, first.account_id),
        )
        yield from _compare(rows, reading, booked)
        done += len(rows)


def _compare(
    rows: Sequence[Stored], reading: Reading, booked: dict[int, list[tuple[int, ...]]]
) -> Iterator[Deviation]:
    rulebook = parsed_rulebook(rows[0].rulebook_id)
    try:
        proposal = propose_for(reading, rulebook=rulebook, on=rows[0].through, dated=rows[0].dated)
    except DomainError as error:
        yield Deviation("recompute", rows[0].number, f"its history is refused: {error}")
        return
    if len(proposal.documents) != len(rows):
        yield Deviation(
            "recompute", rows[0].number, f"{len(proposal.documents)} documents are owed, {len(rows)} stand"
        )
        return
    before = rows[0].content.balance_before
    for row, document in zip(rows, proposal.documents, strict=True):
        expected = content_of(document, reading, row.content.run_id, before)
        before += document.total.minor
        if expected != row.content:
            yield Deviation("recompute", row.number, _difference(expected, row.content))
        entry = entry_of(document, reading.account_id)
        postings = sorted(
            (
                posting.ledger_account,
                posting.account_id or 0,
                posting.amount.minor,
                _days(posting.earns.starts) if posting.earns else 0,
                _days(posting.earns.ends) if posting.earns else 0,
            )
            for posting in (entry.postings if entry else ())
        )
        if postings != sorted(booked.get(row.id, [])):
            yield Deviation("ledger", row.number, "its journal entry does not book what it says")


def _difference(expected: Content, found: Content) -> str:
    for name, owed, stands in zip(Content._fields, expected, found, strict=True):
        if owed != stands:
            return f"{name} should be {_short(owed)}, is {_short(stands)}"
    raise AssertionError("equal contents were compared")


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 200 else text[:200] + "…"


def _days(day: date) -> int:
    return (day - EPOCH).days


def _booked(account_ids: Sequence[int]) -> tuple[dict[int, list[tuple[int, ...]]], dict[int, int]]:
    """What the journal holds of each document, and each account's balance before it."""
    ids = list(account_ids)
    with connection.cursor() as cursor:
        cursor.execute(BOOKED, [ids])
        booked = {document_id: [tuple(row) for row in rows] for document_id, rows in cursor.fetchall()}
        cursor.execute(BALANCE_BEFORE, [ids])
        return booked, dict(cursor.fetchall())


def _profiles(ids: set[int]) -> dict[int, tuple[AccountTerms, int]]:
    return {
        profile.id: (
            account_terms(
                profile.currency, profile.timezone, profile.country, profile.region, profile.tax_id,
                tuple(profile.tax_exempt), profile.reverse_charge, profile.anchor,
            ),
            profile.terms_days,
        )
        for profile in Profile.objects.filter(id__in=ids)
    }  # fmt: skip
