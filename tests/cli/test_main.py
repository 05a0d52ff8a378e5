"""The command line: quick, lazy, and one clear line for whatever is wrong."""

from __future__ import annotations

import errno
import subprocess
import sys
from dataclasses import dataclass

import psycopg
import pytest

from broadbill.cli.failures import exit_code, in_words
from broadbill.cli.main import COMMANDS
from broadbill.core.errors import DomainError


@dataclass(kw_only=True, eq=False)
class PlanIsInvalid(DomainError):
    code = "test.plan_is_invalid"
    message = "Plan {plan} is\n  no plan."
    plan: str


class TestHelp:
    def test_lists_every_command(self, terminal):
        said = terminal.run("--help").stdout

        assert [command.name for command in COMMANDS if f" {command.name} " not in said] == []

    @pytest.mark.parametrize("arguments", ["--help", "simulate --help", "down --help", "status --help"])
    def test_loads_no_django(self, arguments):
        script = (
            "import sys; from broadbill.cli import main;"
            f"sys.argv = ['broadbill', *{arguments.split()!r}];\n"
            "try: main.main()\n"
            "except SystemExit: pass\n"
            "print('loaded:', 'django' in sys.modules)"
        )

        said = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True
        ).stdout

        assert said.splitlines()[-1] == "loaded: False"


class TestARefusal:
    def test_is_one_line_on_stderr(self, terminal):
        terminal.variables["BROADBILL_DATABASE_URL"] = "postgresql://ann@127.0.0.1:1/bills"

        result = terminal.run("user", "list")

        assert result.returncode == 1
        assert result.stdout == ""
        assert result.stderr.startswith("broadbill: The database at 127.0.0.1:1/bills does not answer: ")
        assert result.stderr.count("\n") == 1

    def test_ends_with_2_when_the_input_is_at_fault(self, terminal):
        terminal.variables["BROADBILL_DATABASE_URL"] = "nonsense"

        assert terminal.run("migrate").returncode == 2

    def test_of_an_unknown_command_ends_with_2(self, terminal):
        assert terminal.run("bil").returncode == 2


class TestInWords:
    def test_joins_the_lines_of_a_refusal(self):
        error = PlanIsInvalid(plan="gold")

        assert (in_words(error), exit_code(error)) == ("Plan gold is no plan.", 2)

    def test_knows_a_full_disk_by_the_system_s_word(self):
        assert in_words(OSError(errno.ENOSPC, "No space left on device")).startswith("The disk is full.")

    def test_knows_a_full_disk_by_the_database_s_word(self):
        error = RuntimeError("wrapped")
        error.__cause__ = psycopg.errors.DiskFull("could not extend file")

        assert in_words(error).startswith("The database's disk is full.")

    def test_tells_the_full_disk_and_not_the_lost_connection_that_followed(self):
        lost = psycopg.OperationalError("server closed the connection unexpectedly")
        lost.__context__ = psycopg.errors.DiskFull("could not write to file pg_wal/xlogtemp")

        assert in_words(lost).startswith("The database's disk is full.")

    def test_knows_a_lost_connection(self):
        error = psycopg.OperationalError("server closed the connection unexpectedly\n\tmore")

        assert in_words(error).startswith(
            "The database does not answer: server closed the connection unexpectedly."
        )

    def test_leaves_a_fault_of_the_program_alone(self):
        assert in_words(ValueError("a bug")) is None
