"""What is particular to ACH: trace numbers, and what a notification of change says of an account.

Source: Nacha Operating Rules, Appendix Three (trace number: the originating bank's eight digits and seven of our
own) and Appendix Five (notifications of change: codes C01 to C14 and where the corrected data stand). They are to be
applied within six banking days or before the next entry (subsection 2.12.1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from stdnum.us import rtn

CHECKING, SAVINGS = "checking", "savings"
# Of transaction codes the second digit says the kind of account: 2x demand, 3x savings.
KINDS = {"2": CHECKING, "3": SAVINGS}
SEQUENCES = 10_000_000
# For other codes a person looks: names (C04), identifications (C09), what only our bank can mend (C08, C13, C14).
CHANGES = {
    "C01": "another account number",
    "C02": "another routing number",
    "C03": "another routing number and account number",
    "C04": "another name of the holder",
    "C05": "another kind of account",
    "C06": "another account number and kind of account",
    "C07": "another routing number, account number and kind of account",
    "C08": "another receiving bank abroad",
    "C09": "another identification number",
    "C13": "addenda in the wrong format",
    "C14": "another class, as it is an international payment",
}
ACCOUNT_WIDTH = 17


@dataclass(frozen=True, slots=True)
class Correction:
    """What to write instead; empty where it stays."""

    routing: str = ""
    account: str = ""
    kind: str = ""


def trace_number(bank: str, sequence: int) -> str:
    """The name of an entry on every file and return: unique among ten million entries in a row."""
    return f"{bank[:8]}{sequence % SEQUENCES:07d}"


def correction(code: str, data: str) -> Correction | None:
    """What the 29 characters of a notification's corrected data say; None where no machine may follow them."""
    parts: Mapping[str, Correction] = {
        "C01": Correction(account=data[:ACCOUNT_WIDTH].strip()),
        "C02": Correction(routing=data[:9].strip()),
        "C03": Correction(routing=data[:9].strip(), account=data[9:].strip()),
        "C05": Correction(kind=KINDS.get(data[:1], "")),
        "C06": Correction(account=data[:ACCOUNT_WIDTH].strip(), kind=KINDS.get(data[ACCOUNT_WIDTH:].strip()[:1], "")),
        "C07": Correction(
            routing=data[:9], account=data[9:26].strip(), kind=KINDS.get(data[26:].strip()[:1], "")
        ),
    }  # fmt: skip
    found = parts.get(code)
    if found is None or not _is_whole(code, found):
        return None
    return found


def _is_whole(code: str, found: Correction) -> bool:
    wants_routing, wants_account = code in ("C02", "C03", "C07"), code in ("C01", "C03", "C06", "C07")
    wants_kind = code in ("C05", "C06", "C07")
    return (
        (not wants_routing or bool(rtn.is_valid(found.routing)))
        and (not wants_account or is_account_number(found.account))
        and (not wants_kind or found.kind != "")
    )


def is_account_number(text: str) -> bool:
    """Up to 17 digits, letters and hyphens."""
    return 0 < len(text) <= ACCOUNT_WIDTH and text.isascii() and text.replace("-", "").isalnum()
