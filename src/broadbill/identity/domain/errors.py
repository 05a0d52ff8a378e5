"""What can be refused about sign-ins."""

from __future__ import annotations

from dataclasses import dataclass

from broadbill.core.errors import DomainError


@dataclass(kw_only=True, eq=False)
class UserExistsAlready(DomainError):
    """The e-mail address belongs to a sign-in."""

    code = "identity.user_exists_already"
    message = "{email} can sign in already. Change the role or the password instead."
    email: str


@dataclass(kw_only=True, eq=False)
class UserIsUnknown(DomainError):
    """No sign-in has the e-mail address."""

    code = "identity.user_is_unknown"
    message = "Nobody signs in as {email}. See who does: broadbill user list."
    email: str


@dataclass(kw_only=True, eq=False)
class EmailIsInvalid(DomainError):
    """What was given is no e-mail address."""

    code = "identity.email_is_invalid"
    message = "{email!r} is no e-mail address."
    email: str


@dataclass(kw_only=True, eq=False)
class PasswordIsInvalid(DomainError):
    """The password is easy to guess."""

    code = "identity.password_is_invalid"
    message = "The password for {email} is too weak: {reasons}"
    email: str
    reasons: str


@dataclass(kw_only=True, eq=False)
class LastOwnerMustStay(DomainError):
    """Without an owner nobody could add staff any more."""

    code = "identity.last_owner_must_stay"
    message = "{email} is the last owner who can sign in. Make somebody else an owner first."
    email: str


@dataclass(kw_only=True, eq=False)
class MailedKeyIsWorthless(DomainError):
    """A mailed link or code that was used, is too old, or was never sent."""

    code = "identity.mailed_key_is_worthless"
    message = "It is not good any more. Ask for a new one."


@dataclass(kw_only=True, eq=False)
class RoleIsUnknown(DomainError):
    """No role has the code."""

    code = "identity.role_is_unknown"
    message = "There is no role {role!r}. See which there are: broadbill user roles."
    role: str


@dataclass(kw_only=True, eq=False)
class RoleIsMissing(DomainError):
    """A member of the staff without any role could do nothing."""

    code = "identity.role_is_missing"
    message = "{email} needs at least one role. To keep somebody out, switch their sign-in off."
    email: str


@dataclass(kw_only=True, eq=False)
class RoleExistsAlready(DomainError):
    """The code or the name is taken."""

    code = "identity.role_exists_already"
    message = "There is a role {role!r} already. Change that one, or choose another name."
    role: str


@dataclass(kw_only=True, eq=False)
class RoleMustStay(DomainError):
    """A built-in role, or one that somebody has."""

    code = "identity.role_must_stay"
    message = "The role {role!r} stays: {reason}."
    role: str
    reason: str


@dataclass(kw_only=True, eq=False)
class OwnerMayEverything(DomainError):
    """Something was to be taken from the owner's role."""

    code = "identity.owner_may_everything"
    message = "An owner may everything. Give people another role, or add one with less."


@dataclass(kw_only=True, eq=False)
class StandInIsOver(DomainError):
    """The time in which somebody of the staff may see the portal as a customer is over."""

    code = "identity.stand_in_over_forbidden"
    message = (
        "You saw the portal of customer {account} long enough. Open it again from their page if you need it."
    )
    account: str


@dataclass(kw_only=True, eq=False)
class StandInMayOnlyLook(DomainError):
    """Somebody of the staff, who sees the portal as a customer does, asked for what the customer alone may do."""

    code = "identity.stand_in_acts_forbidden"
    message = "You see the portal of customer {account}, but only they act there. Do it in the office, under your name."
    account: str
