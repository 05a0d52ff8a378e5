from __future__ import annotations

from collections.abc import Sequence

from django.db import connection


def contract_numbers_taken(numbers: Sequence[str]) -> set[str]:
    """Which of these numbers contracts have. One query, however many are asked for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM contracts_contract WHERE number = ANY(%s)", [list(numbers)])
        return {row[0] for row in cursor.fetchall()}
