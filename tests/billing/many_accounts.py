"""Fills a database with accounts to bill: `python -m tests.billing.many_accounts COUNT [START]`.

Without START they begin on the 1st to 28th of January 2026.
"""

from __future__ import annotations

import sys

from broadbill.cli.session import load_django


def fill(count: int, start: str | None = None) -> None:
    from broadbill.accounts.domain.new_account import NewAccount
    from broadbill.accounts.operations.open_accounts import open_accounts
    from broadbill.contracts.operations.subscribe import NewSubscription, subscribe_many
    from tests.world import ACTOR, a_plan, at, on

    plans = (a_plan("fiber", "30.00"), a_plan("tv", "12.34"))
    accounts = [
        NewAccount(
            number=f"B{n:06d}",
            name=f"Customer {n}",
            opened_on=on("2026-01-01"),
            currency="EUR",
            timezone="UTC",
        )
        for n in range(count)
    ]
    ids = open_accounts(accounts=accounts, now=at("2026-01-01"), actor=ACTOR)
    subscriptions = [
        NewSubscription(account_id=account, plan=plan, starts_on=on(start or f"2026-01-{1 + n % 28:02d}"))
        for n, account in enumerate(ids)
        for plan in plans[: 1 + n % 2]
    ]
    subscribe_many(subscriptions=subscriptions, now=at("2026-01-01"), actor=ACTOR)


if __name__ == "__main__":
    load_django()
    fill(int(sys.argv[1]), *sys.argv[2:])
