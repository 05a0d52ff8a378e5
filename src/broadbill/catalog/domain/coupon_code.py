"""Coupon codes as they are made, written down and typed."""

from __future__ import annotations

import re

from broadbill.catalog.domain.promotion_errors import CouponIsInvalid

# Without what is read as something else: 0 O, 1 I L, 2 Z, 5 S, 8 B, U V.
ALPHABET = "ACDEFGHJKMNPQRTWXY34679"
GROUP = 4
WRITTEN = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)*")
SHORTEST, LONGEST = 3, 40


def grouped(symbols: str) -> str:
    """Symbols as they are printed, in fours: 7KQ4-MXFC-9RTE."""
    return "-".join(symbols[start : start + GROUP] for start in range(0, len(symbols), GROUP))


def written_code(text: str) -> str:
    """A code as it is kept and printed: capitals, dashes where they were put. Raises: CouponIsInvalid."""
    code = text.strip().upper()
    if not WRITTEN.fullmatch(code) or not SHORTEST <= len(code) <= LONGEST:
        reason = f"a code has {SHORTEST} to {LONGEST} letters from A to Z, digits and single dashes"
        raise CouponIsInvalid(coupon=text, reason=reason)
    return code


def bare_code(text: str) -> str:
    """What two spellings of one code have in common: capitals, neither dashes nor blanks."""
    return re.sub(r"[-\s]", "", text).upper()
