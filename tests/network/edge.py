"""A small network for tests: access servers of each vendor, profiles of two plans, a subscriber."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from broadbill.network.models import Session
from broadbill.network.operations.access import GivenAccess, NewAccess, give_access
from broadbill.network.operations.nas import set_nas
from broadbill.network.operations.profiles import NewProfile, set_profile
from tests.network.radius import SECRET
from tests.world import ACTOR, at

NAS_OF = {
    "mikrotik": "127.0.0.1",
    "cisco": "127.0.0.2",
    "juniper": "127.0.0.3",
    "huawei": "127.0.0.4",
    "ubiquiti": "127.0.0.5",
    "wispr": "127.0.0.6",
}
NOW = at("2026-01-01")


def access_servers(coa_port: int = 3799) -> None:
    for vendor, address in NAS_OF.items():
        set_nas(
            name=vendor,
            address=address,
            secret=SECRET,
            vendor=vendor,
            coa_port=coa_port,
            now=NOW,
            actor=ACTOR,
        )


def a_profile(
    code: str, *plans: str, down: int | None = 100_000, up: int | None = 20_000, **terms: Any
) -> None:
    profile = NewProfile(code=code, down_kbps=down, up_kbps=up, **terms)
    set_profile(profile=profile, plans=plans, now=NOW, actor=ACTOR)


def an_access(
    account: int, subscription: int, username: str, kind: str = "pppoe", **terms: Any
) -> GivenAccess:
    access = NewAccess(
        account_id=account, subscription_id=subscription, kind=kind, username=username, **terms
    )
    return give_access(access=access, now=NOW, actor=ACTOR)


def a_session(username: str, *, number: str = "", **terms: Any) -> Session:
    """One that is open since noon, and was last heard of five minutes later."""
    number = number or f"session of {username}"
    told: dict[str, Any] = {
        "nasipaddress": "127.0.0.1",
        "acctstarttime": at("2026-11-05"),
        "acctupdatetime": at("2026-11-05") + timedelta(minutes=5),
        "framedipaddress": "198.51.100.9",
        "callingstationid": "AA-BB-CC-00-00-01",
        "acctinputoctets": 40_000_000,
        "acctoutputoctets": 4_200_000_000,
        "klass": "fiber100",
    }
    return Session.objects.create(
        acctsessionid=number, acctuniqueid=number, username=username, **(told | terms)
    )
