"""A mail server on this machine that answers as a test tells it to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from broadbill.messaging.adapters.smtp import SmtpPostbox


@dataclass
class MailServer:
    """Takes every message unless `at_recipient` or `at_data` answers otherwise; keeps what it took."""

    received: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    at_recipient: Callable[[str], str | None] = lambda address: None
    at_data: Callable[[], str | None] = lambda: None
    port: int = 0
    connections: int = 0
    _taking: threading.Lock = field(default_factory=threading.Lock)

    async def handle_EHLO(  # noqa: N802 -- aiosmtpd's name
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = self.at_recipient(address)
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.at_data()
        if answer == "take and hang up":
            self._take(envelope)
            transport: Any = server.transport
            transport.abort()
            return "250 never heard"
        if answer is None:
            self._take(envelope)
        return answer or "250 Taken"

    def _take(self, envelope: Envelope) -> None:
        content = envelope.content
        assert isinstance(content, bytes)
        with self._taking:
            self.received.append(BytesParser(policy=default).parsebytes(content))
            self.recipients += envelope.rcpt_tos

    def postbox(self) -> SmtpPostbox:
        return SmtpPostbox(host="127.0.0.1", port=self.port, timeout_seconds=5)


class OnAnyPort(Controller):
    """Listens on a port the system chooses."""

    def _trigger_server(self) -> None:
        server: Any = self.server
        self.port = self.handler.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    handler = MailServer()
    controller = OnAnyPort(handler, hostname="127.0.0.1", port=0)
    controller.start()
    yield handler
    controller.stop()
