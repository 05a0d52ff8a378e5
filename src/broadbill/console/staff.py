"""What the office's pages know of the person who looks at them."""

from __future__ import annotations

from typing import Protocol, cast

from django.http import HttpRequest

from broadbill.identity.domain.permissions import Permission
from broadbill.identity.domain.roles import RoleRead


class Staff(Protocol):
    """A signed-in member of the staff; `actor` is how events name them."""

    @property
    def actor(self) -> str: ...

    @property
    def roles(self) -> tuple[RoleRead, ...]: ...

    def may(self, permission: Permission) -> bool: ...


def staff(request: HttpRequest) -> Staff:
    """Who looks at the page. Only for views that `identity.permissions` guards: those never see a stranger."""
    return cast("Staff", request.user)
