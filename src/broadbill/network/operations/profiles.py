"""Access profiles, and which plan has which."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import connection, transaction

from broadbill.catalog.queries.plans import plan_coded
from broadbill.kernel.operations.events import record_event
from broadbill.network.domain.errors import ProfileInvalid
from broadbill.network.models import PlanProfile, Profile
from broadbill.network.operations.enforce import enforce_later

LEAST_INTERIM_SECONDS = 60
# What an access server is told of a profile and can change in a session under way.
TOLD = (
    "down_kbps", "up_kbps", "burst_down_kbps", "burst_up_kbps", "burst_seconds", "address_list", "session_seconds",
    "idle_seconds", "interim_seconds",
)  # fmt: skip
# Sessions that were told what the profile was: an empty class is nobody's profile, and what the server echoes
# of the old one does not take its place.
OUTDATE = """
WITH outdated AS (
    UPDATE radacct SET class = '' WHERE acctstoptime IS NULL AND class = %s RETURNING username
)
SELECT DISTINCT access.subscription_id
FROM outdated JOIN network_access AS access ON access.username = outdated.username
"""
WORD = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class NewProfile:
    """See `models.Profile` for the units. `restricted_to` and `throttled_to` are codes of other profiles."""

    code: str
    down_kbps: int | None = None
    up_kbps: int | None = None
    burst_down_kbps: int | None = None
    burst_up_kbps: int | None = None
    burst_seconds: int = 10
    pool: str = ""
    address_list: str = ""
    session_seconds: int | None = None
    idle_seconds: int | None = None
    interim_seconds: int = 300
    sessions: int | None = None
    allowance_octets: int | None = None
    restricted_to: str = ""
    throttled_to: str = ""


@transaction.atomic
def set_profile(*, profile: NewProfile, plans: Sequence[str], now: datetime, actor: str) -> int:
    """Define a profile, or change the one of that code, and give it to plans.

    Sessions that have it are told after the transaction; another pool holds from the next sign-in on.
    Raises: ProfileInvalid, PlanUnknown.
    """
    _refuse(profile)
    values = asdict(profile)
    for key in ("restricted_to", "throttled_to"):
        values[key] = _other(profile.code, values[key])
    code = values.pop("code")
    before = Profile.objects.filter(code=code).values(*TOLD).first()
    row, added = Profile.objects.update_or_create(
        code=code, defaults=values, create_defaults=values | {"recorded_at": now}
    )
    for plan in plans:
        PlanProfile.objects.update_or_create(
            plan=plan_coded(plan),
            defaults={"profile": row},
            create_defaults={"profile": row, "recorded_at": now},
        )
    record_event(
        actor=actor,
        verb="profile.added" if added else "profile.changed",
        object_type="profile",
        object_id=row.id,
        occurred_at=now,
        data={**asdict(profile), "plans": list(plans)},
    )
    if before is not None and any(before[name] != values[name] for name in TOLD):
        enforce_later(subscription_ids=_outdated(code), cause=f"profile {code} has changed", now=now)
    return row.id


def _outdated(code: str) -> list[int]:
    """Mark the open sessions that were told this profile; return whose they are."""
    with connection.cursor() as cursor:
        cursor.execute(OUTDATE, [code])
        return [row[0] for row in cursor.fetchall()]


def _refuse(profile: NewProfile) -> None:
    """Raises: ProfileInvalid."""
    reason = next((reason for is_wrong, reason in _rules(profile) if is_wrong), None)
    if reason is not None:
        raise ProfileInvalid(profile=profile.code, reason=reason)


def _rules(profile: NewProfile) -> Iterator[tuple[bool, str]]:
    """What would be wrong, and what to say of it."""
    down, up = profile.down_kbps, profile.up_kbps
    burst_down, burst_up = profile.burst_down_kbps, profile.burst_up_kbps
    limits = (
        down,
        up,
        profile.session_seconds,
        profile.idle_seconds,
        profile.sessions,
        profile.allowance_octets,
    )
    yield not WORD.fullmatch(profile.code), "its code must be a word of ASCII characters"
    yield any(limit is not None and limit <= 0 for limit in limits), "a limit must be more than nothing"
    yield (down is None) != (up is None), "say both speeds, down and up, or neither"
    yield (burst_down is None) != (burst_up is None), "say both bursts, down and up, or neither"
    yield burst_down is not None and down is None, "a burst needs a speed"
    yield (
        (burst_down is not None and burst_down < (down or 0))
        or (burst_up is not None and burst_up < (up or 0)),
        "a burst is at least as fast as the speed",
    )
    yield (
        profile.interim_seconds < LEAST_INTERIM_SECONDS,
        f"reports come every {LEAST_INTERIM_SECONDS} s at most",
    )


def _other(code: str, named: str) -> Profile | None:
    if not named:
        return None
    found = Profile.objects.filter(code=named).first()
    if found is None or named == code:
        raise ProfileInvalid(
            profile=code, reason=f"it refers to {named}, which is no other profile; define that first"
        )
    return found
