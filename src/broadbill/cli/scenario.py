"""`broadbill scenario`: an account's history as a scenario, to reproduce its bills without the database."""

from __future__ import annotations

import json
from typing import Annotated

import typer


def scenario(
    account: Annotated[str, typer.Argument(help="The account's number.")],
) -> None:
    """Print an account's history as a scenario for `broadbill simulate`."""
    from broadbill.cli.session import open_session

    open_session()
    from broadbill.accounts.queries.find import account_numbered
    from broadbill.payments.queries.scenario import scenario_of

    print(json.dumps(scenario_of(account_numbered(account)), ensure_ascii=False, indent=2))
