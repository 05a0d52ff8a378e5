"""The embedded PostgreSQL: one a home, whoever asks for it, and nothing outside the home is touched."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from broadbill.kernel.home import Home, runs_as_root
from broadbill.kernel.postgres import (
    DatabaseCannotStart,
    DatabaseIsTooOld,
    DatabaseIsUnreachable,
    DatabaseUrlIsInvalid,
    EmbeddedServer,
    check_server,
    connection,
    connection_parameters,
    programs,
)

MakeServer = Callable[..., EmbeddedServer]


@pytest.fixture
def make_server(tmp_path: Path) -> Iterator[MakeServer]:
    """Makes servers in homes under a folder that only its owner may enter, and stops them."""
    made: list[EmbeddedServer] = []

    def make(name: str = "home") -> EmbeddedServer:
        made.append(EmbeddedServer(Home(tmp_path / name)))
        return made[-1]

    tmp_path.chmod(0o700)
    yield make
    for server in made:
        if server.home.folder.exists():
            server.stop()


def modes_around(folder: Path) -> dict[Path, tuple[int, int, int]]:
    """Mode and owner of the folder's parents and of all that lies in its own parent."""
    paths = [*folder.parents, *folder.parent.iterdir(), Path.home()]
    return {path: (path.stat().st_mode, path.stat().st_uid, path.stat().st_gid) for path in paths}


def ask(server: EmbeddedServer, query: str) -> object:
    with psycopg.connect(**server.parameters()) as session:
        row = session.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


class TestEnsureRunning:
    def test_starts_once_and_is_found_again(self, make_server):
        server = make_server()

        assert server.ensure_running() is True
        assert server.ensure_running() is False
        assert EmbeddedServer(server.home).ensure_running() is False

    def test_changes_no_mode_outside_the_home(self, make_server, tmp_path):
        (tmp_path / "neighbour").mkdir(mode=0o700)
        server = make_server()
        before = modes_around(server.home.folder)

        server.ensure_running()
        server.stop()

        after = modes_around(server.home.folder)
        assert {path: after[path] for path in before} == before

    def test_keeps_the_data_from_other_users(self, make_server):
        server = make_server()
        server.ensure_running()

        assert server.data.stat().st_mode & 0o077 == 0
        assert server.home.secret_key_file.parent.stat().st_mode & 0o066 == 0

    @pytest.mark.skipif(not runs_as_root(), reason="only root hands the server to another user")
    def test_never_runs_the_server_as_root(self, make_server):
        server = make_server()
        server.ensure_running()

        process = server.process()

        assert process is not None
        assert process.uids().effective != 0

    def test_gives_every_home_a_database_of_its_own(self, make_server):
        first, second = make_server("first"), make_server("second")
        first.ensure_running()
        second.ensure_running()

        with psycopg.connect(**first.parameters()) as session:
            session.execute("CREATE TABLE only_here ()")

        assert ask(first, "SELECT to_regclass('only_here')::text") == "only_here"
        assert ask(second, "SELECT to_regclass('only_here')::text") is None

    def test_listens_on_a_port_where_the_path_is_too_long_for_a_socket(self, make_server):
        server = make_server("x" * 90)

        server.ensure_running()

        assert server.parameters()["host"] == "127.0.0.1"
        assert ask(server, "SELECT 1") == 1

    def test_asks_for_a_password_on_a_port(self, make_server):
        server = make_server("x" * 90)
        server.ensure_running()

        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(**server.parameters() | {"password": "guessed"})

    def test_remembers_its_port(self, make_server):
        server = make_server("x" * 90)
        server.ensure_running()
        port = server.parameters()["port"]
        server.stop()

        server.ensure_running()

        assert server.parameters()["port"] == port

    def test_lets_several_processes_start_one_server(self, make_server):
        server = make_server()
        script = (
            "from pathlib import Path; from broadbill.kernel.home import Home;"
            "from broadbill.kernel.postgres import EmbeddedServer;"
            f"print(EmbeddedServer(Home(Path({str(server.home.folder)!r}))).ensure_running())"
        )

        starters = [
            subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
            for _ in range(4)
        ]
        answers = sorted(starter.communicate()[0].strip() for starter in starters)

        assert answers == ["False", "False", "False", "True"]

    def test_recovers_what_was_committed_before_a_crash(self, make_server):
        server = make_server()
        server.ensure_running()
        with psycopg.connect(**server.parameters()) as session:
            session.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        process = server.process()
        assert process is not None

        process.kill()

        assert server.ensure_running() is True
        assert ask(server, "SELECT answer FROM kept") == 42

    def test_is_not_fooled_by_a_stranger_with_the_number_of_a_dead_server(self, make_server):
        server = make_server()
        server.ensure_running()
        server.stop()
        (server.data / "postmaster.pid").write_text(f"{os.getpid()}\n{server.data}\n")

        assert server.ensure_running() is True

    def test_starts_over_after_an_interrupted_first_start(self, make_server):
        server = make_server()
        server.home.ensure()
        unfinished = server.home.postgres_folder / "data.new"
        unfinished.mkdir(parents=True)
        (unfinished / "PG_VERSION").write_text("18\n")

        server.ensure_running()

        assert ask(server, "SELECT 1") == 1

    def test_says_when_the_disk_is_full(self, make_server, monkeypatch):
        server = make_server()
        server.home.ensure()
        monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=1024))

        with pytest.raises(DatabaseCannotStart, match="the disk is full"):
            server.ensure_running()

    def test_tells_the_server_s_own_reason_for_not_starting(self, make_server):
        server = make_server()
        server.ensure_running()
        server.stop()
        with (server.data / "postgresql.conf").open("a") as file:
            file.write("shared_buffers = nonsense\n")

        with pytest.raises(DatabaseCannotStart, match=r"shared_buffers|configuration file"):
            server.ensure_running()


class TestTheServer:
    def test_is_durable(self, make_server):
        server = make_server()
        server.ensure_running()

        assert [
            ask(server, f"SHOW {name}") for name in ("fsync", "synchronous_commit", "full_page_writes")
        ] == [
            "on",
            "on",
            "on",
        ]

    def test_gives_broadbill_no_power_over_triggers(self, make_server):
        server = make_server()
        server.ensure_running()

        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            ask(server, "SELECT set_config('session_replication_role', 'replica', false)")

    def test_stops_when_told_and_only_once(self, make_server):
        server = make_server()
        server.ensure_running()

        assert server.stop() is True
        assert server.stop() is False
        assert server.process() is None


class TestCopiedPrograms:
    def test_run_from_a_place_that_others_may_enter(self, tmp_path):
        copied = programs._copied_package(
            programs._installed_package(), tmp_path / "programs" / "postgres-18"
        )

        said = subprocess.run(
            [copied / programs.PROGRAMS / "postgres", "--version"], capture_output=True, text=True, check=True
        )

        assert said.stdout.startswith("postgres (PostgreSQL) 18")


class TestConnection:
    @pytest.fixture
    def home(self, tmp_path) -> Home:
        return Home(tmp_path)

    @pytest.mark.parametrize(
        "url", ["nonsense", "postgresql://ann:secret@host:notaport/x", "postgresql://host"]
    )
    def test_refuses_an_address_that_is_none(self, home, monkeypatch, url):
        monkeypatch.setenv("BROADBILL_DATABASE_URL", url)

        with pytest.raises(DatabaseUrlIsInvalid) as refused:
            check_server(home)

        assert "secret" not in str(refused.value)

    def test_says_which_server_does_not_answer(self, home, monkeypatch):
        monkeypatch.setenv("BROADBILL_DATABASE_URL", "postgresql://ann:secret@127.0.0.1:1/bills")

        with pytest.raises(DatabaseIsUnreachable) as refused:
            check_server(home)

        assert str(refused.value).startswith("The database at 127.0.0.1:1/bills does not answer: ")
        assert "secret" not in str(refused.value)

    def test_refuses_an_old_server(self, home, monkeypatch):
        from django.db import connection as django_connection

        settings = django_connection.settings_dict
        monkeypatch.setenv("BROADBILL_DATABASE_URL", f"host={settings['HOST']} user=postgres dbname=postgres")
        monkeypatch.setattr(connection, "OLDEST_MAJOR_VERSION", 99)

        with pytest.raises(DatabaseIsTooOld, match=r"Broadbill needs PostgreSQL 99 or newer"):
            check_server(home)

    def test_passes_libpq_s_own_options_on(self, home, monkeypatch):
        monkeypatch.setenv(
            "BROADBILL_DATABASE_URL",
            "postgresql://ann@host/bills?sslmode=require&options=-csearch_path%3Dnorth",
        )

        assert connection_parameters(home) == {
            "user": "ann",
            "host": "host",
            "dbname": "bills",
            "sslmode": "require",
            "options": "-csearch_path=north",
        }
