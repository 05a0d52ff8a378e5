"""Maker and checker: what one person asks for, another agrees to."""

from __future__ import annotations

from dataclasses import dataclass

from broadbill.core.errors import DomainError


@dataclass(kw_only=True, eq=False)
class ApprovalNeedsAnother(DomainError):
    """Who asks for what needs agreement does not agree to it alone."""

    code = "identity.approval_needs_another"
    message = "You asked for {what} yourself: another person has to agree to it."
    what: str


def refuse_own(*, asked_by: str, actor: str, what: str) -> None:
    """Raises: ApprovalNeedsAnother."""
    if asked_by == actor:
        raise ApprovalNeedsAnother(what=what)
