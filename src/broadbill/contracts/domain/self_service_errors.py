"""Why a customer cannot change something by themselves. The portal shows these words."""

from __future__ import annotations

from dataclasses import dataclass

from broadbill.core.errors import DomainError


@dataclass(kw_only=True, eq=False)
class NotOffered(DomainError):
    """A plan that customers do not change to, add or stop by themselves."""

    code = "contracts.not_offered"
    message = "{plan} is not offered here. Ask us, and we change it for you."
    plan: str


@dataclass(kw_only=True, eq=False)
class TooMany(DomainError):
    """More of something than customers may take by themselves."""

    code = "contracts.too_many"
    message = "From 1 to {most} of {plan} can be had here. Ask us for more."
    plan: str
    most: int


@dataclass(kw_only=True, eq=False)
class AlreadyChanging(DomainError):
    """A subscription of which a change is still to come."""

    code = "contracts.already_changing"
    message = "{subscription} already changes on {day}. Ask us if you want something else."
    subscription: str
    day: str


@dataclass(kw_only=True, eq=False)
class ChangedMeanwhile(DomainError):
    """Something was recorded since the customer saw what a change comes to."""

    code = "contracts.changed_meanwhile"
    message = "Something has changed since you looked. Look at the figures again, then agree."
