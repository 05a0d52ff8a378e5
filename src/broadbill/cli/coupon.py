"""`broadbill coupon`: the codes by which promotions are taken."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from broadbill.cli.session import open_session

ACTOR = "command:coupon"
Day = datetime | None
Ends = Annotated[
    Day, typer.Option("--to", formats=["%Y-%m-%d"], help="The day on which it is redeemed no more.")
]

coupons = typer.Typer(no_args_is_help=True)


@coupons.command("add")
def add(
    promotion: Annotated[str, typer.Argument(help="The promotion's code.")],
    code: Annotated[str, typer.Argument(help="What customers say, e.g. SUMMER-20.")],
    limit: Annotated[
        int | None, typer.Option(help="To be redeemed so often; default: as often as the promotion allows.")
    ] = None,
    ends: Ends = None,
) -> None:
    """Add a code that people can remember."""
    open_session()
    from broadbill.catalog.operations.coupons import add_coupon

    written = add_coupon(
        promotion=promotion,
        code=code,
        limit=limit,
        ends_on=ends.date() if ends else None,
        now=datetime.now(tz=UTC),
        actor=ACTOR,
    )
    print(f"{written} gives {promotion}.")


@coupons.command("generate")
def generate(
    promotion: Annotated[str, typer.Argument(help="The promotion's code.")],
    count: Annotated[int, typer.Argument(help="How many.")],
    ends: Ends = None,
) -> None:
    """Make codes that nobody guesses, each for one use, and print them, one a line."""
    open_session()
    from broadbill.catalog.operations.coupons import generate_coupons

    made = generate_coupons(
        promotion=promotion,
        count=count,
        ends_on=ends.date() if ends else None,
        now=datetime.now(tz=UTC),
        actor=ACTOR,
    )
    print("\n".join(made))


@coupons.command("redeem")
def redeem(
    code: Annotated[str, typer.Argument(help="As the customer spells it, with or without dashes.")],
    account: Annotated[str, typer.Argument(help="The account's number.")],
    subscription: Annotated[
        str,
        typer.Argument(help="The subscription's code on the account, e.g. S1; default: the whole account."),
    ] = "",
    starts: Annotated[
        Day,
        typer.Option("--from", formats=["%Y-%m-%d"], help="The first day of the discount; default: today."),
    ] = None,
) -> None:
    """Redeem a coupon for a subscription, or for the whole account."""
    open_session()
    from django.utils import timezone

    from broadbill.accounts.queries.find import account_numbered
    from broadbill.contracts.operations.redemptions import redeem_coupon
    from broadbill.contracts.queries.find import subscription_coded

    found = account_numbered(account)
    taken = redeem_coupon(
        code=code,
        account_id=found.id,
        subscription_id=subscription_coded(found, subscription).id if subscription else None,
        on=starts.date() if starts else timezone.localdate(),
        now=datetime.now(tz=UTC),
        actor=ACTOR,
    )
    print(f"{found.name} gets {taken.name}.")


@coupons.command("take-back")
def take_back(
    code: Annotated[str, typer.Argument(help="The coupon's code.")],
    account: Annotated[str, typer.Argument(help="The number of the account that redeemed it.")],
    release: Annotated[
        bool, typer.Option("--release", help="Give the use back: somebody else may have it.")
    ] = False,
) -> None:
    """Take back what a coupon gave, from its beginning. The next bill asks for what was taken off."""
    open_session()
    from django.utils import timezone

    from broadbill.accounts.queries.find import account_numbered
    from broadbill.contracts.operations.redemptions import take_back_coupon

    found = account_numbered(account)
    take_back_coupon(
        code=code,
        account_id=found.id,
        release=release,
        on=timezone.localdate(),
        now=datetime.now(tz=UTC),
        actor=ACTOR,
    )
    print(f"{found.name} no longer has {code}.{' Its use was given back.' if release else ''}")


@coupons.command("end")
def end(
    code: Annotated[str, typer.Argument(help="The coupon's code.")],
    on: Annotated[
        Day,
        typer.Option(formats=["%Y-%m-%d"], help="The first day on which nobody redeems it; default: today."),
    ] = None,
) -> None:
    """End a coupon. Who redeemed it keeps what it gave."""
    open_session()
    from django.utils import timezone

    from broadbill.catalog.operations.coupons import end_coupon

    day = on.date() if on else timezone.localdate()
    written = end_coupon(coupon=code, ends_on=day, now=datetime.now(tz=UTC), actor=ACTOR)
    print(f"{written} is not redeemed any more from {day} on.")


@coupons.command("list")
def show(
    promotion: Annotated[str, typer.Argument(help="The promotion's code.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False,
) -> None:
    """Tell a promotion's coupons, how often each was redeemed, and by whom."""
    open_session()
    from broadbill.catalog.queries.promotions import coupons_of
    from broadbill.contracts.queries.redemptions import redemptions_of

    found, taken = coupons_of(promotion), redemptions_of(promotion=promotion)
    if as_json:
        told = {"coupons": [asdict(one) for one in found], "redemptions": [asdict(one) for one in taken]}
        print(json.dumps(told, default=str, ensure_ascii=False, indent=2))
        return
    for coupon in found:
        of = f" of {coupon.limit}" if coupon.limit else ""
        to = f", to {coupon.ends_on}" if coupon.ends_on else ""
        print(f"{coupon.code:<20} redeemed {coupon.redeemed}{of}{to}")
        for one in taken:
            if one.coupon == coupon.code:
                what = f"{one.account}/{one.subscription}" if one.subscription else one.account
                back = ", taken back" if one.is_taken_back else ""
                print(f"  {one.taken_on} by {what}{back}")
