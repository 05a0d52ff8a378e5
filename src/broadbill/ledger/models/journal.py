from __future__ import annotations

import pgtrigger
from django.db import models

from broadbill.kernel.protections import Guard, append_only, deferred_check

BALANCED_DECLARE = [("posted", "numeric"), ("present", "integer")]
BALANCED = """
    SELECT coalesce(sum(amount), 0), count(*) INTO posted, present FROM ledger_posting WHERE entry_id = NEW.id;
    IF posted <> 0 THEN
        RAISE EXCEPTION 'journal entry % is not balanced: its postings sum to %', NEW.id, posted
            USING ERRCODE = 'check_violation';
    END IF;
    IF present <> NEW.posting_count THEN
        RAISE EXCEPTION 'journal entry % announces % postings and has %', NEW.id, NEW.posting_count, present
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
"""

# Numbers count an entry's postings from one, so there is room for those it announced and no other. The entry is
# looked up for each posting by its key: no join that could read the whole journal while it has no statistics.
COMPLETE = """
    SELECT added.entry_id INTO exceeded FROM added
    WHERE (added.number BETWEEN 1 AND (
        SELECT entry.posting_count FROM ledger_journalentry AS entry WHERE entry.id = added.entry_id
    )) IS NOT TRUE
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'journal entry % is complete: post a new entry instead of adding to it', exceeded
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
"""

# One look at the closings for each statement, however many entries it adds.
OPEN = """
    SELECT min(posted_on) INTO earliest FROM added;
    SELECT max(closed_through) INTO closed FROM ledger_closing;
    IF earliest <= closed THEN
        RAISE EXCEPTION 'the books are closed through %: nothing can be posted on %', closed, earliest
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
"""

# The entry is looked up for each posting by its key, for the same reason as above.
ROLLED_UP = """
    INSERT INTO ledger_turnover (posted_on, kind, ledger_account_id, currency, amount, postings)
    SELECT entry.posted_on, entry.kind, added.ledger_account_id, entry.currency, sum(added.amount), count(*)
    FROM added CROSS JOIN LATERAL (
        SELECT posted_on, kind, currency FROM ledger_journalentry WHERE id = added.entry_id OFFSET 0
    ) AS entry
    GROUP BY 1, 2, 3, 4;
    RETURN NULL;
"""


class JournalEntry(models.Model):
    """One balanced, append-only record of the books, in one currency.

    The database refuses at commit an entry whose postings do not sum to zero, and at once a posting added
    to an entry that has all it announced, or an entry of a day on which the books are closed.
    """

    id = models.BigAutoField(primary_key=True)
    posted_on = models.DateField()
    # What it books: invoice, credit_note, payment, reversal, opening, recognition, voucher_sale, voucher, breakage.
    kind = models.TextField()
    # The number of the receipt it books. Documents are numbered after their entries and name them instead.
    reference = models.TextField(blank=True, default="")
    account = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    currency = models.CharField(max_length=3)
    posting_count = models.SmallIntegerField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(posting_count__gte=2), name="ledger_journalentry_has_two_sides"
            )
        ]
        indexes = [models.Index(fields=["posted_on"], name="ledger_entry_posted_on")]
        triggers = [
            *append_only(reason="the books are only added to; post a reversing entry"),
            deferred_check(
                name="balanced", operation=pgtrigger.Insert, func=BALANCED, declare=BALANCED_DECLARE
            ),
            Guard(
                name="open",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                level=pgtrigger.Statement,
                referencing=pgtrigger.Referencing(new="added"),  # type: ignore[no-untyped-call]
                declare=[("earliest", "date"), ("closed", "date")],
                func=OPEN,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference} {self.posted_on}"


class Posting(models.Model):
    """One side of an entry: minor units, debit positive, credit negative.

    A posting to deferred revenue says over which days `[earns_from, earns_to)` it is earned.
    """

    pk = models.CompositePrimaryKey("entry_id", "number")
    entry = models.ForeignKey(JournalEntry, models.PROTECT, related_name="postings", db_index=False)
    number = models.SmallIntegerField()
    ledger_account = models.ForeignKey("ledger.LedgerAccount", models.PROTECT, db_index=False)
    # The customer's account, on the postings to receivables. The entry's own key holds it to a real account.
    account = models.ForeignKey(
        "accounts.Account", models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False
    )
    amount = models.BigIntegerField()
    earns_from = models.DateField(null=True)
    earns_to = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(earns_from__isnull=True, earns_to__isnull=True)
                | models.Q(earns_from__lt=models.F("earns_to")),
                name="ledger_posting_earns_over_some_days",
            )
        ]
        indexes = [
            models.Index(
                fields=["account"],
                include=["amount"],
                condition=models.Q(account__isnull=False),
                name="ledger_posting_of_account",
            ),
            models.Index(
                fields=["earns_to"],
                condition=models.Q(earns_to__isnull=False),
                name="ledger_posting_earns_to",
            ),
        ]
        triggers = [
            *append_only(reason="the books are only added to; post a reversing entry"),
            Guard(
                name="complete",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                level=pgtrigger.Statement,
                referencing=pgtrigger.Referencing(new="added"),  # type: ignore[no-untyped-call]
                declare=[("exceeded", "bigint")],
                func=COMPLETE,
            ),
            Guard(
                name="rolled_up",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                level=pgtrigger.Statement,
                referencing=pgtrigger.Referencing(new="added"),  # type: ignore[no-untyped-call]
                func=ROLLED_UP,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id}/{self.number} {self.amount}"
