"""Whose a method is that a gateway tells of: the account went along, signed, so that nobody else's becomes ours."""

from __future__ import annotations

from typing import Final

from django.core.signing import BadSignature, Signer

SIGNER: Final = Signer(salt="payments.saving")


def signed(account: str) -> str:
    return SIGNER.sign(account)


def account_of(claim: str) -> str:
    """The account that saving was begun for here; empty for one that was not."""
    try:
        return SIGNER.unsign(claim)
    except BadSignature:
        return ""
