"""`broadbill promotion`: what is given away, to whom and when."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from broadbill.cli.amounts import percentage_in
from broadbill.cli.session import open_session

if TYPE_CHECKING:
    from broadbill.catalog.domain.promotion import Promotion
    from broadbill.catalog.queries.promotions import PromotionRead

ACTOR = "command:promotion"
UNLIMITED = 0
Day = datetime | None

promotions = typer.Typer(no_args_is_help=True)


@promotions.command("add")
def add(
    code: Annotated[str, typer.Argument(help="Your own name for it, e.g. summer-26.")],
    name: Annotated[str, typer.Argument(help="As it stands on invoices, e.g. 'Summer offer'.")],
    percent: Annotated[str | None, typer.Option(help="So much per cent off.")] = None,
    amount: Annotated[str | None, typer.Option(help="So much off each billing period.")] = None,
    referrer: Annotated[str | None, typer.Option(help="A referral: what who brings a customer gets.")] = None,
    referred: Annotated[str | None, typer.Option(help="A referral: what the new customer gets.")] = None,
    currency: Annotated[str, typer.Option(help="Of the amounts; default: the provider's.")] = "",
    periods: Annotated[
        int | None, typer.Option(help="For so many billing periods; default: for good.")
    ] = None,
    until: Annotated[Day, typer.Option(formats=["%Y-%m-%d"], help="The day on which discounts end.")] = None,
    charge: Annotated[
        list[str] | None, typer.Option(help="Off this charge alone; may be given several times.")
    ] = None,
    plan: Annotated[
        list[str] | None, typer.Option(help="For this plan alone; may be given several times.")
    ] = None,
    starts: Annotated[
        Day, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day on which it is taken.")
    ] = None,
    ends: Annotated[
        Day, typer.Option("--to", formats=["%Y-%m-%d"], help="The day on which it is taken no more.")
    ] = None,
    new_customers: Annotated[bool, typer.Option("--new-customers", help="For new customers alone.")] = False,
    limit: Annotated[int | None, typer.Option(help="To be taken so often in all; default: no limit.")] = None,
    per_account: Annotated[
        int | None,
        typer.Option(help="So often by one account, 0 for no limit; default: once, referrals without."),
    ] = None,
    exclusive: Annotated[bool, typer.Option("--exclusive", help="It stands beside no other.")] = False,
) -> None:
    """Add a promotion: a discount that coupons give, or credits for bringing a customer."""
    referral = {"referrer": referrer, "referred": referred}
    discount = {
        "percent": None if percent is None else f"{percentage_in(percent):f}",
        "amount": amount,
        "charges": charge,
        "periods": periods,
        "until": until.date().isoformat() if until else None,
    }
    is_referral = any(referral.values())
    open_session()
    from broadbill.accounts.queries.provider import current_provider
    from broadbill.catalog.domain.promotion import Promotion
    from broadbill.catalog.operations.promotions import define_promotion

    has_amounts = is_referral or amount is not None
    promotion = Promotion(
        code=code,
        name=name,
        kind="referral" if is_referral else "discount",
        benefit={key: value for key, value in {**referral, **discount}.items() if value is not None},
        currency=currency or (current_provider().currency if has_amounts else ""),
        starts_on=starts.date() if starts else None,
        ends_on=ends.date() if ends else None,
        plans=frozenset(plan or ()),
        new_customers_only=new_customers,
        limit=limit,
        limit_per_account=_limit_per_account(per_account, is_referral=is_referral),
        is_exclusive=exclusive,
    )
    define_promotion(promotion=promotion, now=datetime.now(tz=UTC), actor=ACTOR)
    print(f"{code}: {', '.join(_in_words(promotion))}.")


@promotions.command("list")
def show(as_json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False) -> None:
    """Tell the promotions, and how often each was taken."""
    open_session()
    from broadbill.catalog.queries.promotions import promotion_list

    found = promotion_list()
    if as_json:
        print(json.dumps([_as_json(one) for one in found], default=str, ensure_ascii=False, indent=2))
        return
    for one in found:
        paused = ", paused" if one.is_paused else ""
        words = ", ".join(_in_words(one.terms))
        print(f"{one.terms.code:<20} {one.terms.name}: {words}; taken {one.redeemed}×{paused}")


@promotions.command("end")
def end(
    code: Annotated[str, typer.Argument(help="The promotion's code.")],
    on: Annotated[
        Day,
        typer.Option(formats=["%Y-%m-%d"], help="The first day on which nobody takes it; default: today."),
    ] = None,
) -> None:
    """End a promotion. Who took it keeps it."""
    open_session()
    from django.utils import timezone

    from broadbill.catalog.operations.promotions import end_promotion

    day = on.date() if on else timezone.localdate()
    end_promotion(promotion=code, ends_on=day, now=datetime.now(tz=UTC), actor=ACTOR)
    print(f"{code} is not taken any more from {day} on.")


@promotions.command("pause")
def pause(code: Annotated[str, typer.Argument(help="The promotion's code.")]) -> None:
    """Let nobody take a promotion for now. Who took it keeps it."""
    open_session()
    from broadbill.catalog.operations.promotions import pause_promotion

    pause_promotion(promotion=code, now=datetime.now(tz=UTC), actor=ACTOR)
    print(f"{code} is paused.")


@promotions.command("go-on")
def go_on(code: Annotated[str, typer.Argument(help="The promotion's code.")]) -> None:
    """Let a paused promotion be taken again."""
    open_session()
    from broadbill.catalog.operations.promotions import go_on_with_promotion

    go_on_with_promotion(promotion=code, now=datetime.now(tz=UTC), actor=ACTOR)
    print(f"{code} is taken again.")


@promotions.command("refer")
def refer(
    code: Annotated[str, typer.Argument(help="The referral promotion's code.")],
    referrer: Annotated[str, typer.Argument(help="The number of the account that brought the other.")],
    referred: Annotated[str, typer.Argument(help="The number of the new account.")],
    on: Annotated[Day, typer.Option(formats=["%Y-%m-%d"], help="The day; default: today.")] = None,
) -> None:
    """Write down who brought whom. Both get their credit when the new one has paid an invoice."""
    open_session()
    from django.utils import timezone

    from broadbill.accounts.queries.customers import customer_numbered
    from broadbill.contracts.operations.referrals import refer as write_down

    brings, comes = customer_numbered(referrer), customer_numbered(referred)
    write_down(
        promotion=code,
        referrer_id=brings.id,
        referred_id=comes.id,
        on=on.date() if on else timezone.localdate(),
        now=datetime.now(tz=UTC),
        actor=ACTOR,
    )
    print(f"{brings.name} brought {comes.name}. Credits follow the first paid invoice.")


def _limit_per_account(asked: int | None, *, is_referral: bool) -> int | None:
    if asked is None:
        return None if is_referral else 1
    return None if asked == UNLIMITED else asked


def _in_words(promotion: Promotion) -> list[str]:
    benefit = promotion.benefit
    words = [
        f"{benefit[key]}{unit}"
        for key, unit in (
            ("percent", " % off"),
            ("amount", f" {promotion.currency} off a period"),
            ("referrer", f" {promotion.currency} for who brings a customer"),
            ("referred", f" {promotion.currency} for the new customer"),
        )
        if key in benefit
    ]
    if promotion.charges:
        words.append(f"of {' and '.join(promotion.charges)}")
    if "periods" in benefit:
        words.append(f"{benefit['periods']} period{'' if benefit['periods'] == 1 else 's'}")
    if "until" in benefit:
        words.append(f"until {benefit['until']}")
    return [*words, *_conditions(promotion)]


def _conditions(promotion: Promotion) -> list[str]:
    told: list[tuple[Any, str]] = [
        (promotion.plans, f"for {' and '.join(sorted(promotion.plans))}"),
        (promotion.starts_on, f"taken from {promotion.starts_on}"),
        (promotion.ends_on, f"taken to {promotion.ends_on}"),
        (promotion.new_customers_only, "new customers"),
        (promotion.limit, f"{promotion.limit} in all"),
        (promotion.limit_per_account, f"{promotion.limit_per_account} an account"),
        (promotion.is_exclusive, "exclusive"),
    ]
    return [words for holds, words in told if holds]


def _as_json(one: PromotionRead) -> dict[str, Any]:
    terms = asdict(one.terms)
    return {**terms, "plans": sorted(one.terms.plans), "redeemed": one.redeemed, "is_paused": one.is_paused}
