"""Sign-ins of the staff."""

from broadbill.identity.models.users import User, UserManager

__all__ = ["User", "UserManager"]
