"""The first owner of an empty Broadbill: let in by a link that only who started it has seen."""

from __future__ import annotations

from datetime import datetime

from django.core.signing import BadSignature, dumps, loads
from django.db import transaction

from broadbill.identity.domain.errors import MailedKeyIsWorthless
from broadbill.identity.domain.permissions import Role
from broadbill.identity.models import User
from broadbill.identity.operations.users import add_user
from broadbill.identity.queries.users import has_staff
from broadbill.kernel.locks import wait_for_lock

SALT = "identity.first_owner"
ACTOR = "first owner"


def first_owner_key() -> str:
    """What the link carries: signed with this Broadbill's secret, good until somebody of the staff can sign in."""
    return dumps("first owner", salt=SALT)


def is_first_owner_key(key: str) -> bool:
    """Whether the link opens the door still."""
    try:
        loads(key, salt=SALT)
    except BadSignature:
        return False
    return not has_staff()


@transaction.atomic
def add_first_owner(*, key: str, email: str, full_name: str, password: str, now: datetime) -> User:
    """Raises: MailedKeyIsWorthless once there is staff, EmailIsInvalid, PasswordIsInvalid, UserExistsAlready."""
    wait_for_lock("identity.users")
    if not is_first_owner_key(key):
        raise MailedKeyIsWorthless
    return add_user(
        email=email, full_name=full_name, roles=[Role.OWNER], password=password, actor=ACTOR, now=now
    )
