"""How far a provider that begins has come: each step is true by what is there, none is ticked by hand."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

# Who has issued so many documents needs no guide.
BEGINNER_UP_TO = 10
STEPS = """
SELECT EXISTS (SELECT FROM tax_rate), EXISTS (SELECT FROM catalog_plan),
       EXISTS (SELECT FROM contracts_subscription),
       (SELECT count(*) FROM (SELECT FROM billing_document LIMIT %s) AS first_ones),
       (SELECT number FROM billing_document ORDER BY id LIMIT 1)
"""


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """`first_document` is the number of the first one; empty before there is one."""

    has_tax: bool
    has_plan: bool
    has_service: bool
    documents: int
    first_document: str

    @property
    def begins(self) -> bool:
        return self.documents <= BEGINNER_UP_TO


def first_steps() -> FirstSteps:
    """One query, which looks at no table as a whole."""
    with connection.cursor() as cursor:
        cursor.execute(STEPS, [BEGINNER_UP_TO + 1])
        has_tax, has_plan, has_service, documents, first = cursor.fetchone()
    return FirstSteps(has_tax, has_plan, has_service, documents, first or "")
