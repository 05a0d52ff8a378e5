"""Voucher codes: made from a key, so that they need not be stored, and read back from what people type.

A code is eleven characters of 31 and a check character: 31 to the power of 11 is 2.5 × 10^16, so of a million codes
that are for sale one guess in twenty-five thousand million hits one. The check character finds every single wrong
character and every swapped pair of neighbours, as 31 is a prime number.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import sha256

from broadbill.core.errors import DomainError

# Without 0 and O, 1 and I and L.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
BASE = len(ALPHABET)
DRAWN = 11
LENGTH = DRAWN + 1
GROUP = 4


@dataclass(kw_only=True, eq=False)
class CodeMistyped(DomainError):
    """What was typed cannot be a code at all."""

    code = "prepaid.code_mistyped"
    message = "This is not a voucher code. Please check it: a code has {length} letters and digits, such as {example}."
    length: int = LENGTH
    example: str = "7K3M-X2QP-9RTD"


def code_of(*, key: bytes, salt: bytes, serial: int) -> str:
    """The code of a batch's voucher, twelve characters. Nobody without the key can compute it."""
    drawn = int.from_bytes(_keyed(key, b"code", salt + serial.to_bytes(4, "big")), "big") % BASE**DRAWN
    places = [drawn // BASE**place % BASE for place in range(DRAWN)]
    return "".join(ALPHABET[place] for place in [*places, _check(places)])


def fingerprint(*, key: bytes, code: str) -> bytes:
    """What is stored of a code: with the key it is found again, without it nothing follows from it."""
    return _keyed(key, b"fingerprint", code.encode())


def read_code(typed: str) -> str:
    """The code as it is fingerprinted, from what somebody typed or scanned. Raises: CodeMistyped."""
    code = "".join(character for character in typed.upper() if character.isalnum())
    if len(code) != LENGTH or any(character not in ALPHABET for character in code):
        raise CodeMistyped
    *places, check = [ALPHABET.index(character) for character in code]
    if check != _check(places):
        raise CodeMistyped
    return code


def in_groups(code: str) -> str:
    """As it is printed: `7K3M-X2QP-9RTD`."""
    return "-".join(code[start : start + GROUP] for start in range(0, LENGTH, GROUP))


def _check(places: list[int]) -> int:
    return sum(weight * place for weight, place in enumerate(places, start=2)) % BASE


def _keyed(key: bytes, purpose: bytes, content: bytes) -> bytes:
    return hmac.new(key, purpose + b":" + content, sha256).digest()
