"""An account's profile as the rating core sees it."""

from __future__ import annotations

from broadbill.accounts.models import Profile
from broadbill.core.money import Currency
from broadbill.core.rating import AccountTerms, Anchor


def account_terms(profile: Profile) -> AccountTerms:
    return AccountTerms(
        currency=Currency.of(profile.currency),
        timezone=profile.timezone,
        country=profile.country,
        region=profile.region,
        tax_id=profile.tax_id,
        exempt=frozenset(profile.tax_exempt),
        reverse_charge=profile.reverse_charge,
        anchor=Anchor.parse(profile.anchor, "anchor") if profile.anchor else None,
    )
