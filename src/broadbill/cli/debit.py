"""`broadbill debit`: collecting by SEPA direct debit."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from broadbill.cli.files import write_file
from broadbill.cli.session import open_session

ACTOR = "command:debit"
DAY = ["%Y-%m-%d"]

debit = typer.Typer(no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Account = Annotated[str, typer.Argument(help="The account's number.")]
Folder = Annotated[Path, typer.Option(exists=True, file_okay=False, writable=True, help="Where to write it.")]
DueOn = Annotated[datetime, typer.Option("--on", formats=DAY, help="The day on which banks collect.")]


@debit.callback()
def collect() -> None:
    """Collect by SEPA direct debit: mandates, notice, files for the bank. Statements say how it went."""


@debit.command("mandate")
def mandate(
    account: Account,
    reference: Annotated[
        str, typer.Option(help="The mandate's reference, e.g. the account's number and a count.")
    ],
    iban: Annotated[str, typer.Option(help="The payer's bank account.")],
    holder: Annotated[str, typer.Option(help="Whose bank account it is.")],
    signed: Annotated[datetime, typer.Option(formats=DAY, help="The day it was signed.")],
    bic: Annotated[str, typer.Option(help="The payer's bank; not needed within the EEA.")] = "",
    b2b: Annotated[
        bool, typer.Option("--b2b", help="A mandate between businesses, without refunds.")
    ] = False,
) -> None:
    """Record a signed mandate. One that is in force before is cancelled by it."""
    open_session()
    from django.utils import timezone

    from broadbill.accounts.queries.find import account_numbered
    from broadbill.payments.operations.mandates import NewMandate, sign_mandate

    found = account_numbered(account)
    new = NewMandate(
        account_id=found.id,
        reference=reference,
        signed_on=signed.date(),
        iban=iban,
        holder=holder,
        bic=bic,
        instrument="B2B" if b2b else "CORE",
    )
    row = sign_mandate(mandate=new, today=timezone.localdate(), now=datetime.now(tz=UTC), actor=ACTOR)
    print(f"{row.reference}: {found.name} lets us collect from the account ending in {row.iban[-4:]}.")


@debit.command("mandates")
def mandates(account: Account) -> None:
    """List an account's mandates, newest first."""
    open_session()
    from broadbill.accounts.queries.find import account_numbered
    from broadbill.payments.queries.debits import mandates_of

    for each in mandates_of(account_numbered(account).id):
        ended = "in force" if each.in_force else f"cancelled: {each.cancelled_because}"
        account_ends = f"account ending in {each.iban_ends}"
        print(
            f"{each.reference}  {each.instrument}  signed {each.signed_on}  {each.holder}, {account_ends}  {ended}"
        )


@debit.command("cancel")
def cancel(account: Account, reason: Annotated[str, typer.Option(help="Why, for the record.")]) -> None:
    """End the account's mandate."""
    open_session()
    from broadbill.accounts.queries.find import account_numbered
    from broadbill.payments.operations.mandates import cancel_mandate

    found = account_numbered(account)
    row = cancel_mandate(
        account_id=found.id, account=account, because=reason, now=datetime.now(tz=UTC), actor=ACTOR
    )
    print(f"{row.reference} is cancelled: {reason}.")


@debit.command("prepare")
def prepare(
    on: DueOn,
    notice_days: Annotated[int, typer.Option(min=1, help="Days of notice that were agreed.")] = 14,
    account: Annotated[
        str, typer.Option(help="Only this account, even if its last collection came back.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Plan collections from everybody who pays by direct debit and owes on the day, and announce them by letter."""
    open_session()
    from django.utils import timezone

    from broadbill.accounts.queries.find import account_numbered
    from broadbill.payments.operations.debits import prepare_debits

    planned = prepare_debits(
        on=on.date(),
        today=timezone.localdate(),
        now=datetime.now(tz=UTC),
        actor=ACTOR,
        notice_days=notice_days,
        only_account=account_numbered(account).id if account else None,
    )
    if as_json:
        print(
            json.dumps(
                {
                    "debits": planned.debits,
                    "total": str(planned.total),
                    "passed_over": dict(planned.passed_over),
                    "on_paper": planned.on_paper,
                }
            )
        )
        return
    print(f"{planned.debits:,} collections of {planned.total} EUR planned for {on.date()}.")
    for number, reason in planned.passed_over:
        print(f"  not {number}: {reason}")
    for number in planned.on_paper:
        print(f"  tell {number} by post: there is no e-mail address")


@debit.command("file")
def make_file(
    on: DueOn,
    folder: Folder = Path(),
) -> None:
    """Write the file for the bank (pain.008) of what is planned for the day. Who has paid meanwhile is left out."""
    open_session()
    from django.utils import timezone

    from broadbill.payments.operations.debit_files import make_debit_files

    files, dropped = make_debit_files(
        on=on.date(), today=timezone.localdate(), now=datetime.now(tz=UTC), actor=ACTOR
    )
    for file in files:
        _write(folder, file.message_id, bytes(file.content))
    if dropped:
        print(f"{dropped:,} left out: they paid meanwhile, or their mandate ended.")


@debit.command("again")
def again(
    message_id: Annotated[str, typer.Argument(help="The file's name in `broadbill debit list`.")],
    folder: Folder = Path(),
) -> None:
    """Write a file again, byte for byte as it was made."""
    open_session()
    from broadbill.payments.queries.debits import debit_file_content

    _write(folder, message_id, debit_file_content(message_id))


@debit.command("withdraw")
def withdraw(
    name: Annotated[
        str, typer.Argument(help="A file's name in `broadbill debit list`, or one end-to-end id.")
    ],
    reason: Annotated[str, typer.Option(help="Why the bank will not collect, for the record.")],
) -> None:
    """Give up what the bank will not collect: a file not handed in or rejected, or one collection of it."""
    open_session()
    from broadbill.payments.operations.debit_files import withdraw_debits

    count = withdraw_debits(name=name, because=reason, now=datetime.now(tz=UTC), actor=ACTOR)
    print(f"{count:,} collections of {name} withdrawn: {reason}.")


@debit.command("list")
def show(as_json: AsJson = False) -> None:
    """List the files, newest first, with what came and what went back."""
    open_session()
    from broadbill.payments.queries.debits import debit_files

    files = debit_files()
    if as_json:
        told = [
            {
                "file": file.message_id,
                "due_on": file.due_on.isoformat(),
                "debits": file.debits,
                "total": str(file.total),
                "collected": file.collected,
                "returned": file.returned,
                "waiting": file.waiting,
            }
            for file in files
        ]
        print(json.dumps(told))
        return
    for file in files:
        print(
            f"{file.message_id}  {file.due_on}  {file.debits:,} of {file.total} {file.total.currency.code}:"
            f" {file.collected:,} collected, {file.returned:,} returned, {file.waiting:,} on their way"
        )
    print(f"{len(files)} files.")


def _write(folder: Path, message_id: str, content: bytes) -> None:
    path = folder / f"{message_id}.xml"
    write_file(path, content)
    print(f"{path}: {len(content):,} bytes.")
