"""Sign-ins of the staff."""

from broadbill.identity.models.limits import RoleLimit
from broadbill.identity.models.users import User, UserManager

__all__ = ["RoleLimit", "User", "UserManager"]
