"""`broadbill user` and `broadbill migrate` in an empty home."""

from __future__ import annotations


class TestUser:
    def test_is_added_listed_and_the_last_owner_kept(self, terminal):
        added = terminal.run(
            "user",
            "create",
            "ann@example.org",
            "--role",
            "owner",
            "--password-stdin",
            stdin="a long password\n",
        )
        assert (added.returncode, added.stdout) == (0, "ann@example.org can sign in as owner.\n")

        assert terminal.run("user", "list").stdout.split() == ["ann@example.org", "owner"]

        refused = terminal.run("user", "disable", "ANN@example.org")
        assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)

        weak = terminal.run("user", "password", "ann@example.org", "--password-stdin", stdin="short\n")
        assert weak.returncode == 2


class TestMigrate:
    def test_changes_nothing_the_second_time(self, terminal):
        first, second = terminal.run("migrate"), terminal.run("migrate")

        assert "applied kernel.0001_initial" in first.stdout
        assert second.stdout == "0 migrations applied; the tables are up to date.\n"
