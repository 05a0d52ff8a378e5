"""A way in without a password: a letter with a link, and with a code for the browser in which it was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.crypto import get_random_string

from broadbill.accounts.models import Viewer
from broadbill.accounts.operations.viewer_letters import write_to_viewer
from broadbill.identity.operations.customers import customer_by_email
from broadbill.identity.operations.mailed_sign_in import GOOD_MINUTES, mailed_key

LETTER = "portal_sign_in"
# No vowels, which would make words, and nothing that is read as a figure: 20 to the power of 8 codes.
SIGNS = "BCDFGHJKLMNPQRSTVWXZ"


@dataclass(frozen=True, slots=True)
class Asked:
    """`code` is what the letter says; `key` is empty where nobody with that address may sign in, and no letter went."""

    key: str
    code: str


@transaction.atomic
def mail_sign_in(*, email: str, site: str, now: datetime) -> Asked:
    """Send a customer a code, and a link where the operator has set the address that links lead to."""
    code = "-".join(get_random_string(4, SIGNS) for _ in range(2))
    user = customer_by_email(email)
    seen = (
        Viewer.objects.filter(user=user).select_related("account__profile").order_by("id").first()
        if user
        else None
    )
    if user is None or seen is None:
        return Asked("", code)
    key = mailed_key(user)
    link = site + reverse("portal:sign_in_by_link", args=[key]) if site else ""
    facts = {"code": code, "link": link, "minutes": GOOD_MINUTES}
    write_to_viewer(kind=LETTER, user=user, account=seen.account, facts=facts, now=now)
    return Asked(key, code)
