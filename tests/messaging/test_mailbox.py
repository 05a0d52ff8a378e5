"""The local mailbox: written by the outbox, read by the office."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from broadbill.messaging.adapters.mailbox import MailboxPostbox
from broadbill.messaging.adapters.postbox import DeferredByServer
from broadbill.messaging.queries.mailbox import attachment_content, mailbox_page, read_mail

PDF = b"%PDF-1.7 \x00\xff"


def mail(number: int = 1, *, filename: str = "2026-004512.pdf") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Broadbill <billing@localhost>"
    message["To"] = "amina@example.org"
    message["Subject"] = f"Ihre Rechnung über 62,40 € Nr. {number}"
    message["Date"] = f"Thu, 05 Nov 2026 12:00:{number:02} +0000"
    message["Message-ID"] = f"<{number}@localhost>"
    message.set_content("Guten Tag,\nGrüße\n")
    message.add_alternative("<p>Grüße</p>", subtype="html")
    message.add_attachment(PDF, maintype="application", subtype="pdf", filename=filename)
    return message


def deliver(folder: Path, message: EmailMessage) -> str:
    return MailboxPostbox(folder).deliver(
        message=message, sender="billing@localhost", recipient="amina@example.org"
    )


class TestMailboxPostbox:
    def test_leaves_one_file_when_a_message_comes_twice(self, tmp_path: Path) -> None:
        deliver(tmp_path, mail())
        deliver(tmp_path, mail())

        assert len(list(tmp_path.iterdir())) == 1

    def test_waits_when_the_disk_is_full(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(*_args: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(Path, "replace", full)

        with pytest.raises(DeferredByServer, match="No space left on device"):
            deliver(tmp_path, mail())
        assert list(tmp_path.iterdir()) == []


class TestMailboxPage:
    def test_lists_the_newest_first_page_by_page(self, tmp_path: Path) -> None:
        for number in range(1, 6):
            deliver(tmp_path, mail(number))

        first = mailbox_page(folder=tmp_path, limit=3)
        rest = mailbox_page(folder=tmp_path, before=first.next_before, limit=3)

        subjects = [row.subject for row in (*first.rows, *rest.rows)]
        assert subjects == [f"Ihre Rechnung über 62,40 € Nr. {number}" for number in (5, 4, 3, 2, 1)]
        assert first.rows[0].sent_at == datetime(2026, 11, 5, 12, 0, 5, tzinfo=UTC)
        assert first.rows[0].recipient == "amina@example.org"
        assert rest.next_before is None

    def test_shows_no_other_file(self, tmp_path: Path) -> None:
        (tmp_path / "20261105-120000-123.log").write_text("a password reset is nobody else's business")
        (tmp_path / "half.part").write_text("x")

        assert mailbox_page(folder=tmp_path).rows == ()

    def test_is_empty_before_the_first_mail(self, tmp_path: Path) -> None:
        assert mailbox_page(folder=tmp_path / "not yet there").rows == ()


class TestReadMail:
    def test_opens_text_html_and_attachments(self, tmp_path: Path) -> None:
        deliver(tmp_path, mail())
        [row] = mailbox_page(folder=tmp_path).rows

        opened = read_mail(folder=tmp_path, name=row.name)

        assert opened is not None
        assert opened.row == row
        assert opened.sender == "Broadbill <billing@localhost>"
        assert opened.text.replace("\r\n", "\n") == "Guten Tag,\nGrüße\n"
        assert opened.html.strip() == "<p>Grüße</p>"
        [file] = opened.attachments
        assert (file.filename, file.media_type, file.size_octets) == (
            "2026-004512.pdf",
            "application/pdf",
            11,
        )
        found = attachment_content(folder=tmp_path, name=row.name, index=0)
        assert found == (file, PDF)
        assert attachment_content(folder=tmp_path, name=row.name, index=1) is None

    @pytest.mark.parametrize("filename", ["../../etc/passwd", "..\\..\\boot.ini", "a\x00b.pdf", "...", ""])
    def test_gives_attachments_harmless_names(self, tmp_path: Path, filename: str) -> None:
        deliver(tmp_path, mail(filename=filename))
        [row] = mailbox_page(folder=tmp_path).rows

        opened = read_mail(folder=tmp_path, name=row.name)

        assert opened is not None
        name = opened.attachments[0].filename
        assert name
        assert not set(name) & set("/\\\0")
        assert not name.startswith(".")

    @pytest.mark.parametrize(
        "name", ["../secret.key", "/etc/passwd", "20261105T120000Z-0000000000000000.eml", ""]
    )
    def test_opens_nothing_outside_the_mailbox(self, tmp_path: Path, name: str) -> None:
        (tmp_path / "secret.key").write_text("secret")
        (tmp_path / "mail").mkdir()

        assert read_mail(folder=tmp_path / "mail", name=name) is None
        assert attachment_content(folder=tmp_path / "mail", name=name, index=0) is None

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"\xff\xfe\x00",
            b"Content-Type: text/plain; charset=no-such\n\nx",
            b"Content-Type: multipart/mixed\n\n",
        ],
    )
    def test_survives_what_is_no_mail(self, tmp_path: Path, content: bytes) -> None:
        name = "20261105T120000Z-0123456789abcdef.eml"
        (tmp_path / name).write_bytes(content)

        opened = read_mail(folder=tmp_path, name=name)

        assert opened is not None
        assert opened.row.size_octets == len(content)
        assert len(mailbox_page(folder=tmp_path).rows) == 1
