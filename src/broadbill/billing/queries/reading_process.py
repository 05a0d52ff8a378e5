"""What a reading worker process runs. It starts bare; its work is unpickled once Django is set up."""

from __future__ import annotations

from typing import Any

from broadbill.kernel.processes import end_with_parent


def begin(database: dict[str, Any]) -> None:
    """Set this process up to read the database with these settings."""
    import django

    django.setup()
    from django.db import connection

    connection.settings_dict.update(database)
    end_with_parent()
