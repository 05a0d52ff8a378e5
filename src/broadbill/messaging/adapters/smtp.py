"""Sending by SMTP (RFC 5321), one step at a time so that each failure can be told apart."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from types import TracebackType
from typing import Self

from broadbill.messaging.adapters.postbox import (
    AddressRefused,
    DeferredByServer,
    DeliveryUnknown,
    MessageRefused,
    ServerUnavailable,
)

CLOSING = 421  # "service not available, closing transmission channel", at any step
START_DATA = 354
PERMANENT = 500


@dataclass
class SmtpPostbox:
    """One SMTP server. The connection is opened with the first message and again after it breaks."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    use_tls: bool = False
    use_ssl: bool = False
    timeout_seconds: float = 20
    _connection: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hang_up()

    def deliver(self, *, message: EmailMessage, sender: str, recipient: str) -> str:
        """Raises: ServerUnavailable, DeferredByServer, AddressRefused, MessageRefused, DeliveryUnknown."""
        content = message.as_bytes(policy=SMTP_POLICY)
        try:
            smtp = self._connected()
            self._expect(
                smtp.mail(sender, [f"size={len(content)}"] if smtp.has_extn("size") else []), MessageRefused
            )
            self._expect(smtp.rcpt(recipient), AddressRefused)
            code, answer = smtp.docmd("DATA")
            if code != START_DATA:
                self._expect((code, answer), MessageRefused)
        except (OSError, smtplib.SMTPException) as error:
            self._hang_up()
            raise ServerUnavailable(told(error)) from error
        try:
            smtp.send(dot_stuffed(content))
            answered = smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self._hang_up()
            raise DeliveryUnknown(told(error)) from error
        return self._expect(answered, MessageRefused)

    def _expect(self, answered: tuple[int, bytes], permanent: type[AddressRefused | MessageRefused]) -> str:
        """The answer's text if it is good; the transaction is given up if it is not."""
        code, text = answered
        answer = f"{code} {text.decode(errors='replace')}"
        if code == CLOSING:
            self._hang_up()
            raise ServerUnavailable(answer)
        if code >= 400 and self._connection is not None:
            self._reset(self._connection)
        if code >= PERMANENT:
            raise permanent(answer)
        if code >= 400:
            raise DeferredByServer(answer)
        return answer

    def _reset(self, smtp: smtplib.SMTP) -> None:
        try:
            smtp.rset()
        except (OSError, smtplib.SMTPException):
            self._hang_up()  # the next message opens a connection of its own

    def _connected(self) -> smtplib.SMTP:
        if self._connection is None:
            self._connection = self._connect()
        return self._connection

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self.use_ssl:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=self.timeout_seconds, context=context
            )
        else:
            smtp = smtplib.SMTP(self.host, self.port, timeout=self.timeout_seconds)
        try:
            smtp.ehlo_or_helo_if_needed()
            if self.use_tls:
                smtp.starttls(context=context)
                smtp.ehlo()
            if self.user:
                smtp.login(self.user, self.password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _hang_up(self) -> None:
        if self._connection is None:
            return
        connection, self._connection = self._connection, None
        try:
            connection.quit()
        except (OSError, smtplib.SMTPException):
            connection.close()  # nobody is listening for a goodbye


def dot_stuffed(content: bytes) -> bytes:
    """The message as DATA takes it (RFC 5321 §4.5.2): lines that begin with a dot get another, a lone dot
    ends it.
    """
    body = content.replace(b"\r\n.", b"\r\n..")
    if body.startswith(b"."):
        body = b"." + body
    return body + (b".\r\n" if body.endswith(b"\r\n") else b"\r\n.\r\n")


def told(error: Exception) -> str:
    """The error in words for people, without its class."""
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        return f"{error.smtp_code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
