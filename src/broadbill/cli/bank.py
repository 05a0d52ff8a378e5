"""`broadbill bank`: what the bank says came in."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from broadbill.payments.queries.bank_queue import QueuedLine

ACTOR = "command:bank"
REASONS = {
    "several": "may be of several accounts",
    "nobody": "no reference, payer or name is known",
    "money_out": "money went out",
    "maybe_repeated": "may be a booking that a statement or notification told of before",
    "debit_differs": "names direct debits of ours, with another sum or not yet collected",
    "currency": "another currency than the account's",
}

bank = typer.Typer(no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Line = Annotated[int, typer.Argument(help="The line's number, as `broadbill bank queue` lists it.")]


@bank.callback()
def incoming() -> None:
    """What the bank says came in."""


@bank.command("import")
def import_file(
    file: Annotated[
        Path,
        typer.Argument(help="A statement: camt.053, camt.054, MT940, or CSV with date, amount, currency."),
    ],
    as_json: AsJson = False,
) -> None:
    """Take in a bank statement: payments that are sure are recorded, the rest waits in the queue. All or nothing."""
    from broadbill.cli.session import open_session

    open_session()
    from broadbill.payments.adapters.bank_files import read_bank_file
    from broadbill.payments.domain.bank import StatementRefused
    from broadbill.payments.operations.bank import import_statements

    try:
        content = file.read_bytes()
    except OSError as error:
        raise StatementRefused(file=str(file), reason=error.strerror or str(error)) from error
    statements = read_bank_file(content, file.name)
    taken = import_statements(statements=statements, file=file.name, now=datetime.now(tz=UTC), actor=ACTOR)
    if as_json:
        print(json.dumps(asdict(taken)))
        return
    print(
        f"{taken.matched:,} payments recorded, {taken.queued:,} lines wait for you, {taken.repeated:,} seen before."
    )
    if taken.debits:
        print(f"{taken.debits:,} lines told how direct debits went.")
    if taken.payouts:
        print(f"{taken.payouts:,} of the lines that waited were payouts of gateways.")
    if taken.queued:
        print("List them with: broadbill bank queue")


@bank.command("queue")
def queue(
    after: Annotated[int, typer.Option(help="Go on behind this line.")] = 0,
    as_json: AsJson = False,
) -> None:
    """List the lines that wait for a person."""
    from broadbill.cli.session import open_session

    open_session()
    from broadbill.payments.queries.bank_queue import bank_queue

    lines = bank_queue(after=after)
    if as_json:
        print(json.dumps([_as_json(line) for line in lines], ensure_ascii=False))
        return
    for line in lines:
        print(
            f"{line.id:>6}  {line.booked_on}  {line.amount} {line.amount.currency.code}  {line.payer} {line.payer_iban}"
        )
        for text in line.references:
            print(f"        {text}")
        print(f"        {REASONS.get(line.reason, line.reason)}")
        for number, name in line.suggested:
            print(f"        maybe {number} {name}")
    print(
        f"{len(lines)} lines. Decide with: broadbill bank assign LINE ACCOUNT, or bank ignore LINE --note WHY."
    )


@bank.command("assign")
def assign(line: Line, account: Annotated[str, typer.Argument(help="The account's number.")]) -> None:
    """Record a line as a payment of an account. Its payer is known from then on."""
    from broadbill.cli.session import open_session

    open_session()
    from broadbill.accounts.queries.find import account_numbered
    from broadbill.payments.operations.bank import assign_line

    found = account_numbered(account)
    payment = assign_line(line_id=line, account_id=found.id, now=datetime.now(tz=UTC), actor=ACTOR)
    print(f"{payment.number}: line {line} is a payment of {found.number} {found.name}.")


@bank.command("debits")
def debits(
    line: Line,
    name: Annotated[
        str, typer.Argument(help="The file's name in `broadbill debit list`, or one of its batches.")
    ],
) -> None:
    """Record a line as the money of a file of debits, where the bank's words do not say so."""
    from broadbill.cli.session import open_session

    open_session()
    from broadbill.payments.operations.bank import assign_line_to_debits

    count = assign_line_to_debits(line_id=line, name=name, now=datetime.now(tz=UTC), actor=ACTOR)
    print(f"Line {line} is the money of {count:,} collections of {name}.")


@bank.command("ignore")
def ignore(
    line: Line, note: Annotated[str, typer.Option(help="Why it is no customer's payment, e.g. a bank fee.")]
) -> None:
    """Take a line out of the queue that is no customer's payment."""
    from broadbill.cli.session import open_session

    open_session()
    from broadbill.payments.operations.bank import ignore_line

    ignore_line(line_id=line, note=note, now=datetime.now(tz=UTC), actor=ACTOR)
    print(f"Line {line} is out of the queue: {note}.")


def _as_json(line: QueuedLine) -> dict[str, object]:
    return {
        "line": line.id,
        "booked_on": line.booked_on.isoformat(),
        "amount": str(line.amount),
        "currency": line.amount.currency.code,
        "payer": line.payer,
        "iban": line.payer_iban,
        "references": line.references,
        "reason": line.reason,
        "suggested": [{"account": number, "name": name} for number, name in line.suggested],
    }
