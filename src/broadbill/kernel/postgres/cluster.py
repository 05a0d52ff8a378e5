"""What a server needs before Broadbill can use it: a cluster of files, a role, a database."""

from __future__ import annotations

import shutil

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from broadbill.kernel.home import Home
from broadbill.kernel.postgres.launch import folder_argument, hand_over, run_program

SUPERUSER = "postgres"
ROLE = DATABASE = "broadbill"


def make_cluster(home: Home, *, password: str) -> None:
    """Run initdb in a folder that takes its final name last, so that a cluster is whole or absent.

    Raises: ProgramFailed.
    """
    data = home.postgres_folder / "data"
    if data.exists():
        return
    home.postgres_folder.mkdir(mode=0o711, exist_ok=True)
    unfinished = home.postgres_folder / "data.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    password_file = home.postgres_folder / "password.new"
    password_file.touch(mode=0o600)
    password_file.write_text(password, encoding="utf-8")
    hand_over(unfinished, password_file)
    options = {
        "--pgdata": folder_argument(unfinished),
        "--username": SUPERUSER,
        "--pwfile": f"../{password_file.name}",
        "--encoding": "UTF8",
        "--locale": "C",
        "--locale-provider": "builtin",
        "--builtin-locale": "C.UTF-8",
        # The socket lies in a folder that only its owner may enter; a port is open to all of this machine's users.
        "--auth-local": "trust",
        "--auth-host": "scram-sha-256",
    }
    try:
        arguments = [f"{name}={value}" for name, value in options.items()]
        run_program(home, "initdb", *arguments, working_folder=unfinished)
    finally:
        password_file.unlink()
    with (unfinished / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write("\ninclude_if_exists = 'broadbill.conf'\n")
    unfinished.rename(data)


def make_role_and_database(parameters: dict[str, str], *, password: str) -> None:
    """The role that owns Broadbill's tables is no superuser, so that guards hold for it too.

    `parameters` are libpq keywords of the superuser.
    """
    with psycopg.connect(make_conninfo(**parameters), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
            create = sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}")
            connection.execute(create.format(sql.Identifier(ROLE), sql.Literal(password)))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            create = sql.SQL("CREATE DATABASE {} OWNER {}")
            connection.execute(create.format(sql.Identifier(DATABASE), sql.Identifier(ROLE)))
