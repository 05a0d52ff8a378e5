"""SNMP agents asked for their interfaces (IF-MIB, RFC 2863), by pysnmp, many at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

from pysnmp.hlapi.v3arch.asyncio import (
    CommunityData,
    ContextData,
    ObjectIdentity,
    ObjectType,
    SnmpEngine,
    Udp6TransportTarget,
    UdpTransportTarget,
    UsmUserData,
    bulk_walk_cmd,
    get_cmd,
    usmAesCfb128Protocol,
    usmAesCfb256Protocol,
    usmDESPrivProtocol,
    usmHMAC192SHA256AuthProtocol,
    usmHMAC384SHA512AuthProtocol,
    usmHMACMD5AuthProtocol,
    usmHMACSHAAuthProtocol,
)
from pysnmp.proto import errind

from broadbill.network.domain.counters import Reading

ANSWER_SECONDS = 2
TRIES_AGAIN = 1
# So many agents are asked at one time by one process: more answer no sooner, for reading answers is what takes
# the time, and would be given up while they wait to be read.
AT_ONCE = 50
# For an answer to a community an engine looks through all its agents, so that it has few; users it finds at once.
AGENTS_OF_A_COMMUNITY = 25
SYS_UP_TIME = "1.3.6.1.2.1.1.3.0"
SYS_NAME = "1.3.6.1.2.1.1.5.0"
# Columns of ifTable and ifXTable.
IF_OPER_STATUS = "1.3.6.1.2.1.2.2.1.8"
IF_NAME = "1.3.6.1.2.1.31.1.1.1.1"
IF_HC_IN_OCTETS = "1.3.6.1.2.1.31.1.1.1.6"
IF_HC_OUT_OCTETS = "1.3.6.1.2.1.31.1.1.1.10"
IF_HIGH_SPEED = "1.3.6.1.2.1.31.1.1.1.15"
IF_DISCONTINUITY = "1.3.6.1.2.1.31.1.1.1.19"
COLUMNS = (IF_NAME, IF_HC_IN_OCTETS, IF_HC_OUT_OCTETS, IF_DISCONTINUITY, IF_OPER_STATUS, IF_HIGH_SPEED)
UP = 1
# So many interfaces fit into one answer of 1,500 octets.
INTERFACES_A_QUESTION = 6
ROWS_A_WALK = 25

AUTHENTICATION = {
    "md5": usmHMACMD5AuthProtocol,
    "sha": usmHMACSHAAuthProtocol,
    "sha256": usmHMAC192SHA256AuthProtocol,
    "sha512": usmHMAC384SHA512AuthProtocol,
}
PRIVACY = {"des": usmDESPrivProtocol, "aes": usmAesCfb128Protocol, "aes256": usmAesCfb256Protocol}

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, kw_only=True, slots=True)
class Agent:
    """Where an agent answers, and what it wants to hear: a community, or a user with two passwords."""

    address: str
    port: int = 161
    community: str = ""
    username: str = ""
    authentication: str = "sha256"
    authentication_password: str = ""
    privacy: str = "aes"
    privacy_password: str = ""


@dataclass(frozen=True, slots=True)
class InterfaceRead:
    """An interface's counters, its number (ifIndex), whether it is up, its nominal speed."""

    name: str
    if_index: int
    reading: Reading
    is_up: bool
    speed_mbps: int


@dataclass(frozen=True, slots=True)
class Told:
    """What an agent told of the interfaces asked for, by name; why of the others, or of all, nothing is known."""

    interfaces: Mapping[str, InterfaceRead]
    troubles: Mapping[str, str]


class NoAnswer(Exception):
    """The agent did not answer, or refused, as told in words."""


@dataclass(slots=True)
class Manager:
    """Asks agents. Each set of keys has engines of its own, so that equal names of users with other keys do not mix."""

    clock: Callable[[], datetime]
    _engines: list[SnmpEngine] = field(default_factory=list)
    _engine_of: dict[Agent, SnmpEngine] = field(default_factory=dict)
    # The newest engine of a set of keys, and how many more agents it takes.
    _newest: dict[Agent, tuple[SnmpEngine, int]] = field(default_factory=dict)

    def close(self) -> None:
        for engine in self._engines:
            engine.close_dispatcher()

    def _engine(self, agent: Agent) -> SnmpEngine:
        known = self._engine_of.get(agent)
        if known is not None:
            return known
        keys = replace(agent, address="", port=0)
        engine, left = self._newest.get(keys, (None, 0))
        if engine is None or (agent.community and not left):
            engine, left = SnmpEngine(), AGENTS_OF_A_COMMUNITY
            self._engines.append(engine)
        self._newest[keys] = engine, left - 1
        self._engine_of[agent] = engine
        return engine

    async def read(self, agent: Agent, wanted: Mapping[str, int | None]) -> Told:
        """Read the interfaces of these names; their numbers as known from last time, None where not known.

        A number that has become another interface's is looked up anew. Nothing is raised: what failed is told.
        """
        try:
            known = {name: number for name, number in wanted.items() if number is not None}
            found = await self._counters(agent, known)
            if missing := wanted.keys() - found.keys():
                numbers = await self._numbers(agent)
                found |= await self._counters(agent, {n: numbers[n] for n in missing if n in numbers})
                missing -= found.keys()
                return Told(
                    found,
                    {
                        name: "it counts in 32 bits only" if name in numbers else "there is no such interface"
                        for name in missing
                    },
                )
        except NoAnswer as silence:
            return Told({}, dict.fromkeys(wanted, str(silence)))
        return Told(found, {})

    async def interfaces(self, agent: Agent) -> list[InterfaceRead]:
        """All of an agent's interfaces that have wide counters, by number. Raises: NoAnswer."""
        found = await self._counters(agent, await self._numbers(agent))
        return sorted(found.values(), key=lambda one: one.if_index)

    async def uptime(self, agent: Agent) -> int:
        """In hundredths of a second. Raises: NoAnswer."""
        [value] = await self._get(agent, [SYS_UP_TIME])
        return int(value)

    async def name(self, agent: Agent) -> str:
        """What the agent calls itself. Raises: NoAnswer."""
        [value] = await self._get(agent, [SYS_NAME])
        return str(value.prettyPrint())

    async def _counters(self, agent: Agent, numbers: Mapping[str, int]) -> dict[str, InterfaceRead]:
        """Those of `numbers` that are still what they were, with wide counters."""
        found = {}
        names = list(numbers)
        for start in range(0, len(names), INTERFACES_A_QUESTION):
            asked = names[start : start + INTERFACES_A_QUESTION]
            oids = [f"{column}.{numbers[name]}" for name in asked for column in COLUMNS]
            # The time goes with the counters of each answer.
            up_ticks, *values = await self._get(agent, [SYS_UP_TIME, *oids])
            at = self.clock()
            for place, name in enumerate(asked):
                told, came_in, went_out, broken, status, speed = values[place * 6 : place * 6 + 6]
                if not (_is_there(told) and str(told) == name and _is_there(came_in) and _is_there(went_out)):
                    continue
                reading = Reading(
                    at=at,
                    up_ticks=int(up_ticks),
                    discontinuity_ticks=int(broken) if _is_there(broken) else 0,
                    in_octets=int(came_in),
                    out_octets=int(went_out),
                )
                is_up = _is_there(status) and int(status) == UP
                nominal = int(speed) if _is_there(speed) else 0
                found[name] = InterfaceRead(name, numbers[name], reading, is_up, nominal)
        return found

    async def _numbers(self, agent: Agent) -> dict[str, int]:
        engine, auth, target = await self._way(agent)
        numbers = {}
        walk = bulk_walk_cmd(
            engine, auth, target, ContextData(), 0, ROWS_A_WALK, ObjectType(ObjectIdentity(IF_NAME)),
            lookupMib=False, lexicographicMode=False,
        )  # fmt: skip
        async for error, status, _, rows in walk:
            _refuse(error, status)
            for oid, value in rows:
                if _is_there(value):
                    numbers[str(value)] = int(str(oid).rpartition(".")[2])
        return numbers

    async def _get(self, agent: Agent, oids: Iterable[str]) -> list[Any]:
        engine, auth, target = await self._way(agent)
        asked = [ObjectType(ObjectIdentity(oid)) for oid in oids]
        error, status, _, rows = await get_cmd(engine, auth, target, ContextData(), *asked, lookupMib=False)
        _refuse(error, status)
        return [value for _, value in rows]

    async def _way(self, agent: Agent) -> tuple[SnmpEngine, CommunityData | UsmUserData, Any]:
        engine = self._engine(agent)
        kind = Udp6TransportTarget if ":" in agent.address else UdpTransportTarget
        target = await kind.create((agent.address, agent.port), timeout=ANSWER_SECONDS, retries=TRIES_AGAIN)
        if agent.community:
            return engine, CommunityData(agent.community, mpModel=1), target  # noqa: S508  # SNMPv2c, where a device knows no better
        user = UsmUserData(
            agent.username,
            agent.authentication_password,
            agent.privacy_password,
            authProtocol=AUTHENTICATION[agent.authentication],
            privProtocol=PRIVACY[agent.privacy],
        )
        return engine, user, target


async def at_once(items: Sequence[T], act: Callable[[T], Awaitable[R]], *, limit: int = AT_ONCE) -> list[R]:
    """Do something with each, at most so many at a time; results in their order."""
    gate = asyncio.Semaphore(limit)

    async def one(item: T) -> R:
        async with gate:
            return await act(item)

    return await asyncio.gather(*(one(item) for item in items))


def _is_there(value: Any) -> bool:
    """Not noSuchObject, noSuchInstance or endOfMibView (RFC 3416 §3)."""
    return value.__class__.__name__ not in {"NoSuchObject", "NoSuchInstance", "EndOfMibView", "Null"}


def _refuse(error: Any, status: Any) -> None:
    """Raises: NoAnswer in words of ours."""
    if isinstance(error, errind.RequestTimedOut):
        raise NoAnswer("no answer: check address, port, and community or user")
    if isinstance(error, errind.WrongDigest | errind.AuthenticationFailure):
        raise NoAnswer("the authentication password or its algorithm is wrong")
    if isinstance(error, errind.UnknownUserName | errind.UnknownSecurityName):
        raise NoAnswer("it knows no such user")
    if isinstance(error, errind.DecryptionError):
        raise NoAnswer("the privacy password or its algorithm is wrong")
    if error:
        raise NoAnswer(str(error))
    if status:
        raise NoAnswer(f"it refused: {status.prettyPrint()}")
