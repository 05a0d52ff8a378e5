"""What a new account is checked against."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from broadbill.accounts.domain.numbers import next_number
from broadbill.accounts.models import Account

# Each part by an index of the office's search.
ALIKE = """
SELECT number, name FROM accounts_account WHERE id IN (
    SELECT id FROM accounts_account WHERE %(name)s <> '' AND upper(name) LIKE upper(%(name)s)
    UNION SELECT account_id FROM accounts_contact WHERE %(email)s <> '' AND upper(email) LIKE upper(%(email)s)
    UNION SELECT account_id FROM accounts_contact
    WHERE %(phone)s <> '' AND translate(phone, ' +-()./', '') LIKE translate(%(phone)s, ' +-()./', '')
) ORDER BY id LIMIT 5
"""


@dataclass(frozen=True, slots=True)
class Alike:
    number: str
    name: str


def suggested_number() -> str:
    """The number after that of the account opened last. One query."""
    last = Account.objects.order_by("-id").values_list("number", flat=True).first()
    return next_number(last or "")


def accounts_alike(*, name: str, email: str, phone: str) -> list[Alike]:
    """Accounts of the same name, or with a contact of the same e-mail address or telephone. At most five. One query."""
    asked = {"name": _as_it_is(name), "email": _as_it_is(email), "phone": _as_it_is(phone)}
    with connection.cursor() as cursor:
        cursor.execute(ALIKE, asked)
        return [Alike(*row) for row in cursor.fetchall()]


def _as_it_is(text: str) -> str:
    """For LIKE, which the trigram indexes serve, without wildcards."""
    return text.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
