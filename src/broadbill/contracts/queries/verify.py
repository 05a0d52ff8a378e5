from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from django.db import connection

from broadbill.accounts.models import Account
from broadbill.contracts.models import SubscriptionTerm
from broadbill.contracts.queries.terms import terms_of
from broadbill.kernel.deviation import Deviation


def verify_terms() -> Iterator[Deviation]:
    """Check that the terms table says what the facts say, for every account whose history ever changed."""
    changed = (
        Account.objects.filter(facts__kind__in=CHANGING).distinct().select_related("profile").order_by("id")
    )
    for account in changed.iterator(chunk_size=500):
        rows = SubscriptionTerm.objects.filter(subscription__account=account, superseded_at=None)
        stand = Counter(
            (row.subscription_id, row.plan_id, row.quantity, row.state, row.holds.lower, row.holds.upper)
            for row in rows
        )
        owed = Counter(
            (term.subscription_id, term.plan_id, term.quantity, term.state, term.starts, term.ends)
            for term in terms_of(account)
        )
        if stand != owed:
            yield Deviation("terms", account.number, "its subscriptions' terms are not what its facts say")


def verify_uses() -> Iterator[Deviation]:
    """Check that promotions and coupons count what was taken of them and not given back."""
    with connection.cursor() as cursor:
        cursor.execute(USES)
        for kind, code, counted, taken in cursor.fetchall():
            yield Deviation(kind, code, f"counts {counted} uses, {taken} were taken")


def verify_service_counts() -> Iterator[Deviation]:
    """Check that what is counted of each plan on each day is what its terms say."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTS)
        for plan, state, day, counted, terms in cursor.fetchall():
            yield Deviation(
                "services", f"{plan} {state} on {day}", f"changes by {counted}, its terms by {terms}"
            )


CHANGING = (
    "change_plan", "change_quantity", "change_price", "change_anchor", "suspend", "resume", "cancel", "void",
)  # fmt: skip

# What is counted otherwise than it was taken.
USES = """
SELECT * FROM (
    SELECT 'coupon', coupon.code, coupon.redeemed, count(redemption.id) AS taken
    FROM catalog_coupon AS coupon
    LEFT JOIN contracts_redemption AS redemption
      ON redemption.coupon_id = coupon.id AND NOT redemption.is_given_back
    GROUP BY coupon.id
    UNION ALL
    SELECT 'promotion', promotion.code, promotion.redeemed,
           (SELECT count(*) FROM contracts_redemption
            WHERE promotion_id = promotion.id AND NOT is_given_back)
           + (SELECT count(*) FROM contracts_referral WHERE promotion_id = promotion.id)
    FROM catalog_promotion AS promotion
) AS counted (kind, code, counted, taken)
WHERE counted <> taken ORDER BY kind, code
"""

COUNTS = """
WITH edges AS (
    SELECT plan_id, state, lower(holds) AS day, 1 AS change FROM contracts_subscriptionterm
    WHERE superseded_at IS NULL
    UNION ALL
    SELECT plan_id, state, upper(holds), -1 FROM contracts_subscriptionterm
    WHERE superseded_at IS NULL AND upper(holds) IS NOT NULL
), terms AS (
    SELECT plan_id, state, day, sum(change) AS change FROM edges GROUP BY 1, 2, 3 HAVING sum(change) <> 0
), counted AS (
    SELECT plan_id, state, day, sum(change) AS change FROM contracts_servicechange
    GROUP BY 1, 2, 3 HAVING sum(change) <> 0
)
SELECT plan.code, state, day, coalesce(counted.change, 0), coalesce(terms.change, 0)
FROM counted FULL JOIN terms USING (plan_id, state, day) JOIN catalog_plan AS plan ON plan.id = plan_id
WHERE counted.change IS DISTINCT FROM terms.change ORDER BY 1, 2, 3
"""
