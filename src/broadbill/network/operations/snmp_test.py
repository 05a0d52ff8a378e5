"""Asking one device's SNMP agent, to see whether it tells what is needed. Nothing is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from broadbill.network.adapters.snmp import InterfaceRead, Manager, NoAnswer
from broadbill.network.domain.errors import DeviceSilent
from broadbill.network.queries.agents import agent_of


@dataclass(frozen=True, slots=True)
class AgentTold:
    """What an agent calls itself, for how long it has run, its interfaces with 64-bit counters."""

    name: str
    up_seconds: int
    interfaces: tuple[InterfaceRead, ...]


def ask_agent(*, device: str, clock: Callable[[], datetime]) -> AgentTold:
    """Raises: WatchInvalid where it is not watched by SNMP, DeviceSilent with the reason."""
    asked = agent_of(device)

    async def ask() -> AgentTold:
        manager = Manager(clock)
        try:
            name, ticks = await manager.name(asked.agent), await manager.uptime(asked.agent)
            return AgentTold(name, ticks // 100, tuple(await manager.interfaces(asked.agent)))
        finally:
            manager.close()

    try:
        return asyncio.run(ask())
    except NoAnswer as silence:
        raise DeviceSilent(device=device, address=asked.agent.address, reason=str(silence)) from silence
