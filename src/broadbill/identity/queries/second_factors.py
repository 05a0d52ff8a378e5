"""Which second factors somebody has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator


@dataclass(frozen=True, slots=True)
class Passkey:
    id: int
    name: str
    added_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class SecondFactors:
    """`codes_left` is how many recovery codes were not used yet; None where none were ever made."""

    app_added_at: datetime | None
    passkeys: tuple[Passkey, ...]
    codes_left: int | None

    @property
    def any(self) -> bool:
        return self.app_added_at is not None or bool(self.passkeys)


def second_factors_of(user_id: int) -> SecondFactors:
    """One query."""
    app, codes, passkeys = None, None, []
    for row in Authenticator.objects.filter(user_id=user_id).order_by("created_at", "pk"):
        if row.type == Authenticator.Type.TOTP:
            app = row.created_at
        elif row.type == Authenticator.Type.RECOVERY_CODES:
            codes = len(row.wrap().get_unused_codes())
        else:
            passkeys.append(Passkey(row.pk, row.wrap().name, row.created_at, row.last_used_at))
    return SecondFactors(app, tuple(passkeys), codes)
