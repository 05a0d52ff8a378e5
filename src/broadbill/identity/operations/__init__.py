"""Adding and changing sign-ins."""

from broadbill.identity.operations.users import (
    add_user,
    allow_sign_in,
    change_roles,
    refuse_sign_in,
    set_password,
)

__all__ = ["add_user", "allow_sign_in", "change_roles", "refuse_sign_in", "set_password"]
