"""Sign-ins, and the roles of the staff."""

from broadbill.identity.models.limits import RoleLimit
from broadbill.identity.models.roles import HeldRole, StaffRole
from broadbill.identity.models.users import SECOND_FACTORS, User, UserManager

__all__ = ["SECOND_FACTORS", "HeldRole", "RoleLimit", "StaffRole", "User", "UserManager"]
