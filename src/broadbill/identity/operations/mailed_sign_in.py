"""Signing a customer in by a letter: a key that a link carries, good once and for a quarter of an hour."""

from __future__ import annotations

from typing import Final

from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

from broadbill.identity.domain.errors import MailedKeyIsWorthless
from broadbill.identity.models import User

SALT: Final = "broadbill.identity.mailed_sign_in"
GOOD_MINUTES: Final = 15


def mailed_key(user: User) -> str:
    """What proves that its reader got the customer's letter. Worthless once they signed in, or changed the password."""
    return signing.dumps({"user": user.pk, "state": _state(user)}, salt=SALT)


def user_of_key(key: str) -> User:
    """The customer, locked until the transaction ends, so that two who use one key at once do not both get in.

    Raises: MailedKeyIsWorthless.
    """
    try:
        said = signing.loads(key, salt=SALT, max_age=GOOD_MINUTES * 60)
    except signing.BadSignature as error:
        raise MailedKeyIsWorthless from error
    user = User.objects.select_for_update().filter(pk=said["user"], is_customer=True, is_active=True).first()
    if user is None or not constant_time_compare(said["state"], _state(user)):
        raise MailedKeyIsWorthless
    return user


def _state(user: User) -> str:
    """What changes with each sign-in and each new password."""
    return salted_hmac(SALT, f"{user.password}{user.last_login}").hexdigest()[:32]
