"""The number that a new account gets where nobody says one."""

from __future__ import annotations

import re

FIRST = "10001"


def next_number(last: str) -> str:
    """The number after another: its last digits count on and keep their width; `LF10299` is followed by `LF10300`.

    An empty one is followed by FIRST, one without digits by itself with a 2.
    """
    if not last:
        return FIRST
    found = re.fullmatch(r"(.*?)([0-9]+)(\D*)", last)
    if found is None:
        return f"{last}2"
    before, digits, after = found.groups()
    return f"{before}{int(digits) + 1:0{len(digits)}d}{after}"
