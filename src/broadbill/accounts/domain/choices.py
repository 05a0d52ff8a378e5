"""What a customer may say yes or no to."""

from __future__ import annotations

from enum import StrEnum


class ConsentKind(StrEnum):
    """What needs a yes first (Regulation (EU) 2016/679, Article 7; Directive 2002/58/EC, Article 13)."""

    OFFERS_BY_EMAIL = "offers_by_email"
    OFFERS_BY_PHONE = "offers_by_phone"


# Letters that only help: whoever does not want them gets none. All others the customer is owed.
OPTIONAL_LETTERS = ("allowance", "wallet_low", "card_ends")
