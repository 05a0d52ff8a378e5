"""Orders to access servers: RFC 5176 over UDP, by pyrad."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files

from pyrad import packet
from pyrad.client import Client, Timeout
from pyrad.dictionary import Dictionary

TRIES = 2
ANSWER_SECONDS = 2
# RFC 5176 §3.5: the session is not there, which ends it as well as any order.
NO_SUCH_SESSION = 503
NUMBERS = frozenset({"integer", "date"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Server:
    """Where an access server takes orders, and the secret shared with it."""

    name: str
    address: str
    port: int
    secret: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server said: `acknowledged`, `no_such_session`, `refused` with its Error-Cause, or `silent`."""

    kind: str
    error_cause: int | None = None


def send_order(
    *, server: Server, disconnect: bool, attributes: Sequence[tuple[str, str]], now: datetime
) -> Reply:
    """Send a CoA- or Disconnect-Request and wait for an answer whose authenticator is right.

    It carries Event-Timestamp and Message-Authenticator (RFC 5176 §3.3, §5.4), so that it can be neither forged nor
    replayed.
    """
    client = Client(
        server=server.address,
        coaport=server.port,
        secret=server.secret.encode(),
        dict=_dictionary(),
        retries=TRIES,
        timeout=ANSWER_SECONDS,
    )
    code = packet.DisconnectRequest if disconnect else packet.CoARequest
    order = client.CreateCoAPacket(code=code, message_authenticator=True)
    for name, value in [*attributes, ("Event-Timestamp", str(int(now.timestamp())))]:
        order.AddAttribute(name, _typed(name, value))
    try:
        reply = client.SendPacket(order)
    except (Timeout, OSError):
        return Reply("silent")
    if reply.code in {packet.CoAACK, packet.DisconnectACK}:
        return Reply("acknowledged")
    [error_cause] = reply["Error-Cause"][:1] if "Error-Cause" in reply else [None]
    return Reply("no_such_session" if error_cause == NO_SUCH_SESSION else "refused", error_cause)


@cache
def _dictionary() -> Dictionary:
    return Dictionary(str(files("broadbill.network.adapters") / "dictionary.radius"))


def _typed(name: str, value: str) -> str | int | bytes:
    kind = _dictionary()[name.partition(":")[0]].type
    if kind in NUMBERS:
        return int(value)
    return value.encode() if kind == "octets" else value
