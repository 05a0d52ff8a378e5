"""`broadbill voucher`: made, printed, sold, redeemed, blocked."""

from __future__ import annotations

import json
import uuid
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from broadbill.cli.files import write_file
from broadbill.cli.pay import Method
from broadbill.cli.session import open_session
from broadbill.core.errors import DomainError

if TYPE_CHECKING:
    from broadbill.core.money import Money
    from broadbill.prepaid.queries.batches import BatchRow

ACTOR = "command:voucher"
vouchers = typer.Typer(no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="BATCH", help="The batch, such as B12.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Reason = Annotated[str, typer.Option(help="Why, for whoever asks later.")]


class Kind(StrEnum):
    """What a voucher gives."""

    MONEY = "money"
    TIME = "time"
    PERIOD = "period"
    DATA = "data"


@dataclass(kw_only=True, eq=False)
class PriceIsInvalid(DomainError):
    """A price that the currency has no coins for."""

    code = "cli.price_is_invalid"
    message = "{price!r} is not an amount of {currency}."
    price: str
    currency: str


@vouchers.command("generate")
def generate(
    kind: Annotated[Kind, typer.Option(help="money, time online, a period from first use, or data.")],
    value: Annotated[str, typer.Option(help="What one is worth: 10.00, 3h, 7d, 5GB.")],
    count: Annotated[int, typer.Option(min=1, help="How many.")],
    price: Annotated[str, typer.Option(help="What one costs, e.g. 5.00")],
    currency: Annotated[str, typer.Option(help="ISO 4217; default: the provider's.")] = "",
    valid_until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day it can be redeemed.")
    ] = None,
    plan: Annotated[str, typer.Option(help="Code of the plan whose service it gives.")] = "",
    profile: Annotated[str, typer.Option(help="Name by which the network knows what it gives.")] = "",
    tax: Annotated[str, typer.Option(help="Tax category; money is taxed when it is spent.")] = "standard",
    as_json: AsJson = False,
) -> None:
    """Make a batch of vouchers. They can be redeemed once they are sold."""
    open_session()
    from broadbill.accounts.queries.provider import current_provider
    from broadbill.catalog.queries.plans import plan_coded
    from broadbill.core.money import Currency
    from broadbill.prepaid.domain.worth import Kind as VoucherKind
    from broadbill.prepaid.domain.worth import worth_of
    from broadbill.prepaid.operations.generate import NewBatch
    from broadbill.prepaid.operations.generate import generate as make
    from broadbill.prepaid.queries.batches import batch_list

    cost = _price(price, currency or current_provider().currency)
    batch = NewBatch(
        kind=VoucherKind(kind),
        worth=worth_of(VoucherKind(kind), value, Currency.of(cost.currency.code)),
        price=cost,
        count=count,
        valid_until=valid_until.date() if valid_until else None,
        plan=plan_coded(plan) if plan else None,
        profile=profile,
        tax_category=tax,
    )
    made = make(batch=batch, now=datetime.now(tz=UTC), actor=ACTOR)
    _print(batch_list(batch_id=made.id), as_json)


@vouchers.command("list")
def show(as_json: AsJson = False) -> None:
    """List the batches with what is sold, redeemed, blocked, expired and still owed."""
    open_session()
    from broadbill.prepaid.queries.batches import batch_list

    _print(batch_list(), as_json)


@vouchers.command("status")
def status(
    code: Annotated[str, typer.Argument(help="A voucher's code.")],
    as_json: AsJson = False,
) -> None:
    """Tell what became of one voucher."""
    open_session()
    from broadbill.prepaid.operations.look_up import look_up

    found = look_up(code=code)
    if as_json:
        print(json.dumps(asdict(found), default=str))
        return
    print(", ".join(str(part) for part in (found.voucher, found.worth, found.state, *found.details)))


@vouchers.command("sheet")
def sheet(
    batch: Name,
    out: Annotated[Path, typer.Option(help="The PDF to write.")],
    link: Annotated[str, typer.Option(help="What stands before the code in the QR code.")] = "",
) -> None:
    """Print the cards of a batch, 24 on each A4 page."""
    open_session()
    from broadbill.prepaid.operations.sheet import print_sheet
    from broadbill.prepaid.queries.batches import batch_named

    printed = print_sheet(batch=batch_named(batch), now=datetime.now(tz=UTC), actor=ACTOR, link=link)
    write_file(out, printed)
    print(f"{out}: {len(printed):,} bytes. Whoever has it has the vouchers.")


@vouchers.command("sell")
def sell(
    batch: Name,
    method: Annotated[Method, typer.Option(help="How the money came.")],
    to: Annotated[str, typer.Option(help="Who bought them.")],
    count: Annotated[int, typer.Option(min=0, help="The next so many that nobody has.")] = 0,
    codes: Annotated[str, typer.Option(help="Or exactly these, separated by commas.")] = "",
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day of the sale; default: today.")
    ] = None,
    key: Annotated[
        str, typer.Option(help="Your own name for this sale: asked again with it, nothing is sold twice.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Sell vouchers and print the receipt number."""
    open_session()
    from django.utils import timezone

    from broadbill.prepaid.operations.sell_vouchers import NewSale, sell_vouchers
    from broadbill.prepaid.queries.batches import batch_named
    from broadbill.prepaid.queries.sales import sale_numbered

    found = batch_named(batch)
    sale = NewSale(
        batch_id=found.id,
        method=method.value,
        sold_to=to,
        sold_on=on.date() if on else timezone.localdate(),
        idempotency_key=key or str(uuid.uuid4()),
        count=count,
        codes=tuple(code for code in codes.split(",") if code.strip()),
    )
    number = sell_vouchers(sale=sale, now=datetime.now(tz=UTC), actor=ACTOR).number
    sold = sale_numbered(number)
    if as_json:
        print(json.dumps(asdict(sold), default=str))
        return
    print(
        f"{sold.number}: {sold.count:,} vouchers of {sold.batch} to {sold.sold_to},"
        f" {sold.total} {sold.currency} (of which tax {sold.tax})."
    )


@vouchers.command("redeem")
def redeem(
    code: Annotated[str, typer.Argument(help="The code on the card.")],
    account: Annotated[str, typer.Option(help="The account's number.")] = "",
    device: Annotated[str, typer.Option(help="The device's address, such as 00:11:22:33:44:55.")] = "",
    source: Annotated[str, typer.Option(help="Where it was typed; too many wrong codes are refused.")] = (
        "command line"
    ),
    as_json: AsJson = False,
) -> None:
    """Redeem a voucher for an account's wallet, or for an account's or a device's use of the network."""
    open_session()
    from broadbill.accounts.queries.find import account_numbered
    from broadbill.prepaid.operations.redeem import redeem as use

    redeemed = use(
        code=code,
        source=source,
        now=datetime.now(tz=UTC),
        actor=ACTOR,
        account_id=account_numbered(account).id if account else None,
        device=device,
    )
    if as_json:
        print(json.dumps(asdict(redeemed)))
        return
    became = redeemed.payment or "sign in on the network with its code"
    print(f"{redeemed.voucher} ({redeemed.kind}) is redeemed: {became}.")


@vouchers.command("block")
def block(
    reason: Reason,
    batch: Annotated[str, typer.Option(help="A whole batch, such as B12.")] = "",
    code: Annotated[str, typer.Option(help="Or one voucher.")] = "",
) -> None:
    """Refuse a batch or a voucher for good: a sheet was lost."""
    if bool(batch) == bool(code):
        raise typer.BadParameter("say either --batch or --code")
    open_session()
    from broadbill.prepaid.operations.end_vouchers import block_batch, block_voucher
    from broadbill.prepaid.queries.batches import batch_named

    now = datetime.now(tz=UTC)
    if batch:
        found = batch_named(batch)
        block_batch(batch_id=found.id, reason=reason, now=now, actor=ACTOR)
        print(f"{found} is blocked.")
    else:
        print(f"{block_voucher(code=code, reason=reason, now=now, actor=ACTOR)} is blocked.")


@vouchers.command("expire")
def expire(
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day it is; default: today.")
    ] = None,
) -> None:
    """Turn what is owed for vouchers whose last day is over into revenue. The worker does it every night."""
    open_session()
    from django.utils import timezone

    from broadbill.prepaid.operations.end_vouchers import expire_vouchers

    day = on.date() if on else timezone.localdate()
    print(f"{expire_vouchers(on=day, now=datetime.now(tz=UTC), actor=ACTOR):,} vouchers expired.")


def _price(text: str, currency: str) -> Money:
    from broadbill.core.money import Currency

    try:
        return Currency.of(currency).exact(Decimal(text))
    except (InvalidOperation, ValueError, OverflowError):
        raise PriceIsInvalid(price=text, currency=currency) from None


def _print(rows: list[BatchRow], as_json: bool) -> None:
    if as_json:
        print(json.dumps([asdict(row) for row in rows], default=str))
        return
    for row in rows:
        until = f", until {row.valid_until}" if row.valid_until else ""
        blocked = ", BLOCKED" if row.is_blocked else ""
        print(
            f"{row.batch:<6} {row.count:>7,} × {row.worth} for {row.price} {row.currency}{until}{blocked}:"
            f" {row.sold:,} sold, {row.redeemed:,} redeemed, {row.expired:,} expired,"
            f" {row.outstanding} {row.currency} outstanding"
        )
