"""Sign-ins, and the roles of the staff."""

from broadbill.identity.models.limits import RoleLimit
from broadbill.identity.models.roles import HeldRole, StaffRole
from broadbill.identity.models.users import User, UserManager

__all__ = ["HeldRole", "RoleLimit", "StaffRole", "User", "UserManager"]
