"""`broadbill debit`: collecting by bank debit, by SEPA or ACH."""

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
# How the bank took a file.
STATUS = {
    "accepted": "; accepted by the bank",
    "partly": "; accepted but for some",
    "rejected": "; rejected by the bank",
    "pending": "; being looked at by the bank",
}

debit = typer.Typer(no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Account = Annotated[str, typer.Argument(help="The account's number.")]
Folder = Annotated[Path, typer.Option(exists=True, file_okay=False, writable=True, help="Where to write it.")]
DueOn = Annotated[datetime, typer.Option("--on", formats=DAY, help="The day on which banks collect.")]


@debit.callback()
def collect() -> None:
    """Collect by bank debit: mandates, notice, files for the bank; statements and reports say how it went."""


@debit.command("mandate")
def mandate(
    account: Account,
    reference: Annotated[
        str, typer.Option(help="The mandate's reference, e.g. the account's number and a count.")
    ],
    holder: Annotated[str, typer.Option(help="Whose bank account it is.")],
    signed: Annotated[datetime, typer.Option(formats=DAY, help="The day it was signed.")],
    iban: Annotated[str, typer.Option(help="SEPA: the payer's bank account.")] = "",
    bic: Annotated[str, typer.Option(help="SEPA: the payer's bank; not needed within the EEA.")] = "",
    b2b: Annotated[
        bool, typer.Option("--b2b", help="SEPA: a mandate between businesses, without refunds.")
    ] = False,
    routing: Annotated[str, typer.Option(help="ACH: the routing number of the payer's bank.")] = "",
    number: Annotated[str, typer.Option(help="ACH: the payer's account number.")] = "",
    kind: Annotated[str, typer.Option(help="ACH: checking or savings.")] = "checking",
    authorised: Annotated[
        str, typer.Option("--class", help="ACH: PPD a consumer on paper, WEB online, CCD a business.")
    ] = "PPD",
) -> None:
    """Record a signed mandate: by --iban for SEPA, by --routing and --number for ACH. It ends the one before."""
    open_session()
    from django.utils import timezone

    from broadbill.accounts.queries.find import account_numbered
    from broadbill.payments.operations.mandates import NewMandate, sign_mandate

    if bool(iban) == bool(routing or number):
        raise typer.BadParameter("say --iban, or --routing and --number")
    found = account_numbered(account)
    sepa = "B2B" if b2b else "CORE"
    new = NewMandate(
        account_id=found.id,
        reference=reference,
        signed_on=signed.date(),
        bank_account=iban or number,
        holder=holder,
        bank=bic if iban else routing,
        account_kind="" if iban else kind,
        instrument=sepa if iban else authorised.upper(),
    )
    row = sign_mandate(mandate=new, today=timezone.localdate(), now=datetime.now(tz=UTC), actor=ACTOR)
    ends = row.bank_account[-4:]
    print(f"{row.reference}: {found.name} lets us collect from the account ending in {ends}.")


@debit.command("mandates")
def mandates(account: Account) -> None:
    """List an account's mandates, newest first."""
    open_session()
    from broadbill.accounts.queries.find import account_numbered
    from broadbill.payments.queries.debits import mandates_of

    for each in mandates_of(account_numbered(account).id):
        ended = "in force" if each.in_force else f"cancelled: {each.cancelled_because}"
        account_ends = f"account ending in {each.account_ends}"
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
    notice_days: Annotated[
        int | None, typer.Option(min=1, help="Days of notice that were agreed; else 14 for SEPA, 10 for ACH.")
    ] = None,
    scheme: Annotated[str, typer.Option(help="sepa or ach; else that of the provider's own currency.")] = "",
    account: Annotated[
        str, typer.Option(help="Only this account, even if its last collection came back.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Plan collections from everybody who pays by direct debit and owes on the day, and announce them by letter."""
    open_session()
    from django.utils import timezone

    from broadbill.accounts.queries.find import account_numbered
    from broadbill.accounts.queries.provider import current_provider
    from broadbill.payments.domain.schemes import scheme_coded, scheme_in
    from broadbill.payments.operations.debits import prepare_debits

    by = scheme_coded(scheme) if scheme else scheme_in(current_provider().currency)
    planned = prepare_debits(
        on=on.date(),
        today=timezone.localdate(),
        now=datetime.now(tz=UTC),
        actor=ACTOR,
        scheme=by,
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
    print(f"{planned.debits:,} collections of {planned.total} {by.currency} planned for {on.date()}.")
    for number, reason in planned.passed_over:
        print(f"  not {number}: {reason}")
    for number in planned.on_paper:
        print(f"  tell {number} by post: there is no e-mail address")


@debit.command("file")
def make_file(
    on: DueOn,
    folder: Folder = Path(),
) -> None:
    """Write the files for the bank (pain.008, NACHA) of what is planned for the day, without who has paid meanwhile."""
    open_session()
    from django.utils import timezone

    from broadbill.payments.operations.debit_files import make_debit_files
    from broadbill.payments.queries.debits import file_name

    files, dropped = make_debit_files(
        on=on.date(), today=timezone.localdate(), now=datetime.now(tz=UTC), actor=ACTOR
    )
    for file in files:
        _write(folder, file_name(file.message_id, file.instrument), bytes(file.content))
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

    _write(folder, *debit_file_content(message_id))


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


@debit.command("report")
def report(
    file: Annotated[Path, typer.Argument(help="The bank's file: pain.002, or NACHA returns and changes.")],
    as_json: AsJson = False,
) -> None:
    """Take in what the bank reports of collections: what came back is owed again. Ends with 1 if something is left."""
    open_session()
    from broadbill.payments.domain.debit_errors import ReportRefused
    from broadbill.payments.operations.debit_reports import take_report

    try:
        content = file.read_bytes()
    except OSError as error:
        raise ReportRefused(file=str(file), reason=error.strerror or str(error)) from error
    taken = take_report(content=content, file=file.name, now=datetime.now(tz=UTC), actor=ACTOR)
    if as_json:
        print(json.dumps({key: getattr(taken, key) for key in ("status", "returned", "corrected", "left")}))
    else:
        how = STATUS.get(taken.status, "")
        print(f"{taken.returned:,} came back, {taken.corrected:,} bank accounts corrected{how}.")
        for each in taken.left:
            print(f"  look at {each['reference']} {each['code']}: {each['why']}")
    if taken.left:
        raise typer.Exit(1)


@debit.command("policy")
def policy(
    retry_days: Annotated[
        str,
        typer.Option(help="Days after each return in a row until it is asked again, e.g. 5,10; '' never."),
    ] = "5,10",
    retry: Annotated[str, typer.Option(help="Return codes after which it is asked again.")] = "AM04,R01,R09",
    stop: Annotated[
        str, typer.Option(help="Return codes that end the mandate besides those that must.")
    ] = "",
    fee: Annotated[
        str,
        typer.Option(
            help="Whose the bank's fee is: ours; taken (charge what it took); or an amount to charge."
        ),
    ] = "ours",
    fee_at_most: Annotated[str, typer.Option(help="With --fee taken: charge no more than this.")] = "",
    fee_tax: Annotated[str, typer.Option(help="The tax category of the charge.")] = "",
) -> None:
    """Say how returns go on: what is asked for again and when, what ends a mandate, whose the bank's fee is."""
    open_session()
    from decimal import Decimal, InvalidOperation

    from broadbill.payments.domain.debit_policy import DebitPolicyRead
    from broadbill.payments.operations.debit_policy import set_debit_policy

    try:
        is_amount = fee not in ("ours", "taken")
        amount = fee if is_amount else fee_at_most
        new = DebitPolicyRead(
            retry_days=tuple(int(word) for word in _words(retry_days)),
            retry_codes=tuple(_words(retry)),
            stop_codes=tuple(_words(stop)),
            fee="amount" if is_amount else fee,
            fee_amount=Decimal(amount) if amount else None,
            fee_tax=fee_tax,
        )
        set_debit_policy(policy=new, now=datetime.now(tz=UTC), actor=ACTOR)
    except InvalidOperation as error:
        raise typer.BadParameter("the fee is ours, taken, or an amount such as 4.50") from error
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    print(f"What comes back is asked for again {len(new.retry_days)} times at most; the bank's fee is {fee}.")


def _words(text: str) -> list[str]:
    return [word.strip().upper() for word in text.split(",") if word.strip()]


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
                "status": file.status,
            }
            for file in files
        ]
        print(json.dumps(told))
        return
    for file in files:
        print(
            f"{file.message_id}  {file.due_on}  {file.debits:,} of {file.total} {file.total.currency.code}:"
            f" {file.collected:,} collected, {file.returned:,} returned, {file.waiting:,} on their way"
            f"{STATUS.get(file.status, '')}"
        )
    print(f"{len(files)} files.")


def _write(folder: Path, name: str, content: bytes) -> None:
    path = folder / name
    write_file(path, content)
    print(f"{path}: {len(content):,} bytes.")
