"""Roles as an owner has left them: what the table says, and what was granted or withdrawn since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from broadbill.identity.domain.limits import NEEDED, Letting
from broadbill.identity.domain.permissions import ALLOWED, Permission, Role


@dataclass(frozen=True, slots=True)
class RoleRead:
    """A role with what it may do; `limits` holds only what is limited, in the account's currency.

    With `needs_second_factor`, who has it may do nothing before they have added one to their sign-in.
    """

    code: str
    title: str
    permissions: frozenset[Permission]
    limits: Mapping[Letting, Decimal] = field(default_factory=dict)
    needs_second_factor: bool = False

    @property
    def is_built_in(self) -> bool:
        return self.code in set(Role)


def permissions_of(code: str, *, granted: Iterable[str], withdrawn: Iterable[str]) -> frozenset[Permission]:
    """What a role may do: the table's, and what was granted, without what was withdrawn.

    The owner may everything, always: otherwise nobody might be left who can give a permission back. A stored word that
    is no permission any more means nothing.
    """
    if code == Role.OWNER:
        return frozenset(Permission)
    known = ALLOWED[Role(code)] if code in set(Role) else frozenset()
    return frozenset(p for p in Permission if (p in known or p in set(granted)) and p not in set(withdrawn))


def differences(
    code: str, wanted: Iterable[Permission]
) -> tuple[frozenset[Permission], frozenset[Permission]]:
    """What has to be granted and withdrawn for a role to have just these permissions."""
    known = ALLOWED[Role(code)] if code in set(Role) else frozenset()
    return frozenset(wanted) - known, known - frozenset(wanted)


def limit_over(roles: Iterable[RoleRead], letting: Letting) -> Decimal | None:
    """How much somebody with these roles may let go alone: the most generous role that includes the act decides.

    None is without limit. Zero where no role includes it.
    """
    able = [role for role in roles if NEEDED[letting] in role.permissions]
    if any(letting not in role.limits for role in able):
        return None
    return max((role.limits[letting] for role in able), default=Decimal(0))
