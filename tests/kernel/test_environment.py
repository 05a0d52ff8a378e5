"""What the operator says through environment variables."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from broadbill.config import mail
from broadbill.kernel import environment
from broadbill.kernel.environment import VARIABLES, SettingIsInvalid
from broadbill.kernel.home import Home

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"


class TestVariables:
    def test_are_all_described_and_none_is_described_that_is_not_there(self):
        described = re.findall(r"^\| `(BROADBILL_\w+)`", REFERENCE.read_text(encoding="utf-8"), re.MULTILINE)

        assert described == list(VARIABLES)

    def test_are_read_in_one_place(self):
        with pytest.raises(KeyError):
            environment.text("BROADBILL_UNHEARD_OF")


class TestFlag:
    @pytest.mark.parametrize(("value", "meaning"), [("1", True), ("on", True), ("", False), ("No", False)])
    def test_understands_yes_and_no(self, monkeypatch, value, meaning):
        monkeypatch.setenv("BROADBILL_DEBUG", value)

        assert environment.flag("BROADBILL_DEBUG") is meaning

    def test_refuses_what_is_neither(self, monkeypatch):
        monkeypatch.setenv("BROADBILL_DEBUG", "perhaps")

        with pytest.raises(SettingIsInvalid, match="BROADBILL_DEBUG is 'perhaps': say 1 or 0"):
            environment.flag("BROADBILL_DEBUG")


class TestTimeZone:
    def test_refuses_a_zone_that_does_not_exist(self, monkeypatch):
        monkeypatch.setenv("BROADBILL_TIME_ZONE", "Mars/Olympus")

        with pytest.raises(SettingIsInvalid):
            environment.time_zone("BROADBILL_TIME_ZONE")


class TestMail:
    def test_lands_in_a_folder_without_a_server(self, tmp_path, monkeypatch):
        monkeypatch.delenv("BROADBILL_SMTP_URL", raising=False)

        assert mail.settings(Home(tmp_path))["EMAIL_FILE_PATH"] == tmp_path / "mail"

    def test_goes_through_the_named_server(self, tmp_path, monkeypatch):
        monkeypatch.setenv("BROADBILL_SMTP_URL", "smtp+tls://ann:p%40ss@mail.example.net")

        found = mail.settings(Home(tmp_path))

        assert (found["EMAIL_HOST"], found["EMAIL_PORT"], found["EMAIL_USE_TLS"]) == (
            "mail.example.net",
            587,
            True,
        )
        assert found["EMAIL_HOST_PASSWORD"] == "p@ss"

    def test_refuses_another_kind_of_address_without_showing_the_password(self, tmp_path, monkeypatch):
        monkeypatch.setenv("BROADBILL_SMTP_URL", "http://ann:secret@mail.example.net")

        with pytest.raises(SettingIsInvalid) as refused:
            mail.settings(Home(tmp_path))

        assert "secret" not in str(refused.value)
