"""The home keeps what it is given, whole and to itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from broadbill.kernel import home as home_module
from broadbill.kernel.home import Home, HomeIsBusy, HomeIsNotUsable, current_home, runs_as_root

IS_WINDOWS = sys.platform == "win32"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.ensure()
    return home


class TestEnsure:
    @pytest.mark.skipif(IS_WINDOWS, reason="Windows has no modes")
    def test_lets_nobody_else_list_or_read_the_home(self, home):
        assert home.folder.stat().st_mode & 0o066 == 0
        assert home.documents_folder.stat().st_mode & 0o077 == 0

    def test_says_why_a_folder_cannot_be_used(self, tmp_path):
        (tmp_path / "file").write_text("")

        with pytest.raises(HomeIsNotUsable, match="set BROADBILL_HOME to another folder"):
            Home(tmp_path / "file" / "home").ensure()


class TestState:
    def test_is_remembered_key_by_key(self, home):
        home.remember(port=8000, up={"pid": 1})
        home.remember(port=8001, up=None)

        assert home.state() == {"port": 8001}

    def test_is_empty_at_first(self, home):
        assert home.state() == {}

    def test_loses_nothing_when_processes_write_at_once(self, home):
        script = (
            "import sys; from pathlib import Path; from broadbill.kernel.home import Home;"
            f"home = Home(Path({str(home.folder)!r}));"
            "[home.remember(**{f'{sys.argv[1]}-{n}': n}) for n in range(10)]"
        )

        writers = [subprocess.Popen([sys.executable, "-c", script, name]) for name in "abc"]

        assert [writer.wait() for writer in writers] == [0, 0, 0]
        assert len(home.state()) == 30


class TestSecret:
    def test_is_made_once_for_its_owner_alone(self, home):
        first = home.secret(home.secret_key_file)

        assert home.secret(home.secret_key_file) == first
        assert len(first) >= 50
        assert IS_WINDOWS or home.secret_key_file.stat().st_mode & 0o777 == 0o600


class TestLocked:
    def test_gives_up_on_a_lock_that_is_never_freed(self, home, monkeypatch):
        monkeypatch.setattr(home_module, "LOCK_WAIT_SECONDS", 0)

        with home.locked("database"), pytest.raises(HomeIsBusy, match="busy with database"):
            Home(home.folder).locked("database").__enter__()


class TestCurrentHome:
    def test_is_the_one_that_was_named(self, monkeypatch, tmp_path):
        monkeypatch.setenv("BROADBILL_HOME", str(tmp_path / "mine"))

        assert current_home().folder == tmp_path / "mine"

    @pytest.mark.skipif(sys.platform != "linux", reason="the folders are Linux's")
    @pytest.mark.parametrize(("user_id", "folder"), [(0, "/var/lib/broadbill"), (1000, "/data/broadbill")])
    def test_is_the_services_folder_for_root_and_the_data_folder_for_others(
        self, monkeypatch, user_id, folder
    ):
        monkeypatch.delenv("BROADBILL_HOME")
        monkeypatch.setenv("XDG_DATA_HOME", "/data")
        monkeypatch.setattr(os, "geteuid", lambda: user_id)

        assert runs_as_root() is (user_id == 0)
        assert current_home().folder == Path(folder)
