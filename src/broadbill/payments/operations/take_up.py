"""Taking up what billing issues."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.utils import timezone

from broadbill.ledger.queries.closing import open_day
from broadbill.payments.models import WriteOff
from broadbill.payments.operations.settle import settle_accounts
from broadbill.payments.operations.write_offs import recover, write_off_rest

TAKE_UP = """
INSERT INTO payments_openitem (account_id, kind, document_id, dated_on, due_on, amount, open)
SELECT account_id, 'document', id, issued_on, due_on, total, total
FROM billing_document WHERE id = ANY(%s) ORDER BY id
RETURNING account_id, amount < 0
"""

# Write-offs of what these documents correct.
CORRECTED = """
SELECT write_off.id FROM payments_writeoff AS write_off
JOIN billing_document AS corrected ON corrected.id = write_off.document_id
JOIN billing_document AS note ON note.account_id = write_off.account_id AND corrected.number = ANY(note.corrects)
WHERE note.id = ANY(%s) AND write_off.state = 'booked'
"""


def take_up_documents(*, document_ids: Sequence[int], actor: str, now: datetime) -> None:
    """Open an item for each issued document and let the customer's credit settle it. In the run's transaction.

    A credit note reduces what it corrects first, also where that was written off: the write-off gives way, and only
    what is open after the credit note is written off again. Else a customer who never paid would be in credit.
    """
    if not document_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(TAKE_UP, [list(document_ids)])
        taken = cursor.fetchall()
    account_ids = sorted({account_id for account_id, _ in taken})
    given_way = _give_way(document_ids, actor, now) if any(is_credit for _, is_credit in taken) else []
    settle_accounts(account_ids=account_ids, actor=actor, now=now)
    day = open_day(timezone.localdate(now)) if given_way else None
    for write_off in given_way:
        assert day is not None
        write_off_rest(write_off, on=day, now=now, actor=actor)


def _give_way(document_ids: Sequence[int], actor: str, now: datetime) -> list[WriteOff]:
    with connection.cursor() as cursor:
        cursor.execute(CORRECTED, [list(document_ids)])
        found = {row[0] for row in cursor.fetchall()}
    if not found:
        return []
    rows = list(WriteOff.objects.filter(pk__in=found).select_related("document").order_by("id"))
    day = open_day(timezone.localdate(now))
    recover(rows, note="corrected by a credit note", on=day, now=now, actor=actor)
    return rows
