"""An access server for tests: it takes orders by RFC 5176 and answers as it is told to."""

from __future__ import annotations

import socket
import threading
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, Self

from pyrad import packet
from pyrad.dictionary import Dictionary

from tests.network.radius import SECRET

DICTIONARY = Dictionary(str(files("broadbill.network.adapters") / "dictionary.radius"))
ACK = {packet.CoARequest: packet.CoAACK, packet.DisconnectRequest: packet.DisconnectACK}
NAK = {packet.CoARequest: packet.CoANAK, packet.DisconnectRequest: packet.DisconnectNAK}
KIND = {packet.CoARequest: "CoA", packet.DisconnectRequest: "Disconnect"}


@dataclass
class StandInNas:
    """`answers` says what each kind of order gets: "ack" (the default), an Error-Cause, or "silence"."""

    secret: str = SECRET
    answers: dict[str, str | int] = field(default_factory=dict)
    orders: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    refused: int = 0

    def __enter__(self) -> Self:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = int(self.socket.getsockname()[1])
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", ("127.0.0.1", self.port))
        self.thread.join(5)
        self.socket.close()

    def _serve(self) -> None:
        while raw := (received := self.socket.recvfrom(4096))[0]:
            order = packet.CoAPacket(dict=DICTIONARY, secret=self.secret.encode(), packet=raw)
            # RFC 5176 §3.5: what does not verify is silently discarded.
            if not order.VerifyCoARequest() or not order.verify_message_authenticator():
                self.refused += 1
                continue
            kind = KIND[order.code]
            self.orders.append((kind, {name: order[name][0] for name in order.keys()}))  # noqa: SIM118
            answer = self.answers.get(kind, "ack")
            if answer == "silence":
                continue
            reply = order.CreateReply()
            reply.code = ACK[order.code] if answer == "ack" else NAK[order.code]
            if answer != "ack":
                reply["Error-Cause"] = answer
            self.socket.sendto(reply.ReplyPacket(), received[1])
