"""Starting the server's programs: detached from the terminal, with rights of their own as root."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from broadbill.kernel.home import Home
from broadbill.kernel.postgres.programs import program, server_user

# A server started by root reaches its files through its working folder, so that no parent folder has to let it in.
WORKING_FOLDER = "/proc/self/cwd"


class ProgramFailed(Exception):
    """A program of the server ended with an error; its own words are the message."""


def run_program(home: Home, name: str, *arguments: str, working_folder: Path) -> None:
    """Run one of the programs to its end.

    Raises: ProgramFailed.
    """
    result = subprocess.run(
        [program(home, name), *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        **process_arguments(working_folder),
    )
    if result.returncode != 0:
        lines = (result.stderr + result.stdout).splitlines()
        said = [line.strip() for line in lines if "rror" in line or "atal" in line]
        raise ProgramFailed(said[0] if said else f"{name} ended with {result.returncode}")


def process_arguments(working_folder: Path) -> dict[str, Any]:
    """What subprocess needs to know to start a program in that folder as the server's user."""
    user = server_user()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
    arguments: dict[str, Any] = {"cwd": working_folder, "env": environment | {"LC_ALL": "C"}}
    if sys.platform == "win32":
        arguments["creationflags"] = subprocess.CREATE_NEW_PROCESS_GROUP
    else:
        arguments["start_new_session"] = True
    return arguments | (user.subprocess_arguments() if user else {})


def folder_argument(folder: Path) -> str:
    """How a program started in the folder is told about it."""
    return WORKING_FOLDER if sys.platform == "linux" and server_user() else str(folder)


def hand_over(*paths: Path) -> None:
    """Make the server's user the owner, where root starts the server."""
    user = server_user()
    for path in paths:
        if user is not None:
            os.chown(path, user.user_id, user.group_id)
