"""What a verifying worker process runs. It starts bare, so Django's modules are imported once Django is set up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from broadbill.kernel.processes import end_with_parent

if TYPE_CHECKING:
    from broadbill.kernel.deviation import Deviation


def begin(database: dict[str, Any]) -> None:
    """Set this process up to read the database with these settings."""
    import django

    django.setup()
    from django.db import connection

    connection.settings_dict.update(database)
    end_with_parent()


def check(account_ids: Sequence[int]) -> list[Deviation]:
    from broadbill.billing.queries.verify import verify_accounts

    return verify_accounts(account_ids)
