"""`broadbill migrate`: bring the database's tables up to date."""

from __future__ import annotations


def migrate() -> None:
    """Bring the database's tables up to date. Running it again changes nothing."""
    from broadbill.cli.session import open_session

    open_session(migrate=False)
    from broadbill.kernel.schema import apply_migrations

    applied = apply_migrations()
    for name in applied:
        print(f"applied {name}")
    print(f"{len(applied)} migrations applied; the tables are up to date.")
