"""The list of issued documents, a page at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from broadbill.billing.models import Document
from broadbill.core.money import Currency, Money

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """`total` is negative on a credit note."""

    id: int
    number: str
    kind: str
    account: str
    account_name: str
    issued_on: date
    due_on: date
    total: Money


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """`next_key` asks for the page after this one, None when there is none."""

    rows: tuple[DocumentRow, ...]
    first: bool
    next_key: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentsAsked:
    """Documents whose number begins so, of a kind, issued in some days; all of it may be left open."""

    number: str = ""
    kind: str = ""
    starts: date | None = None
    last_day: date | None = None


def documents_asked(
    asked: DocumentsAsked, *, after: int | None = None, size: int = PAGE_SIZE
) -> DocumentPage:
    """Newest first. One query."""
    found = _asked_for(asked)
    if after is not None:
        found = found.filter(id__lt=after)
    rows = [_row(document) for document in found.order_by("-id")[: size + 1]]
    shown = rows[:size]
    return DocumentPage(tuple(shown), after is None, shown[-1].id if len(rows) > size else None)


def all_documents(asked: DocumentsAsked) -> Iterator[DocumentRow]:
    """Every document that was asked for, newest first, read as it is taken."""
    for document in _asked_for(asked).order_by("-id").iterator(chunk_size=2000):
        yield _row(document)


def _asked_for(asked: DocumentsAsked) -> QuerySet[Document]:
    found = Document.objects.select_related("account")
    if asked.number:
        found = found.filter(begins_so(asked.number))
    if asked.kind:
        found = found.filter(kind=asked.kind)
    if asked.starts:
        found = found.filter(issued_on__gte=asked.starts)
    if asked.last_day:
        found = found.filter(issued_on__lte=asked.last_day)
    return found


def document_page(
    *,
    number: str = "",
    run_id: int | None = None,
    account_id: int | None = None,
    after: int | None = None,
    size: int = PAGE_SIZE,
) -> DocumentPage:
    """Documents whose number begins so, of one run or of one account, newest first. One query."""
    found = Document.objects.select_related("account")
    if number:
        found = found.filter(begins_so(number))
    if run_id is not None:
        found = found.filter(run_id=run_id)
    if account_id is not None:
        found = found.filter(account_id=account_id)
    if after is not None:
        found = found.filter(id__lt=after)
    rows = [_row(document) for document in found.order_by("-id")[: size + 1]]
    shown = rows[:size]
    return DocumentPage(tuple(shown), after is None, shown[-1].id if len(rows) > size else None)


def begins_so(number: str) -> Q:
    """Numbers that begin as typed, or so in capitals: both are found by the index of the numbers."""
    typed = re.sub(r"\s", "", number)
    return Q(number__startswith=typed) | Q(number__startswith=typed.upper())


def _row(document: Document) -> DocumentRow:
    return DocumentRow(
        id=document.id,
        number=document.number,
        kind=document.kind,
        account=document.account.number,
        account_name=document.account.name,
        issued_on=document.issued_on,
        due_on=document.due_on,
        total=Money(document.total, Currency.of(document.currency)),
    )
