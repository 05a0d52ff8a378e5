"""The folder that holds everything one Broadbill keeps: database, keys, logs, documents, mail.

Two homes are two independent Broadbills. Nothing here needs Django, so commands can look before they start it.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import secrets
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import filelock
import platformdirs

from broadbill.core.errors import DomainError
from broadbill.kernel import environment

LOCK_WAIT_SECONDS = 120


@dataclass(kw_only=True, eq=False)
class HomeIsNotUsable(DomainError):
    """The home folder cannot be made or written."""

    code = "kernel.home_is_not_usable"
    message = (
        "Cannot write to Broadbill's home {path}: {reason}. "
        "Make it writable or set BROADBILL_HOME to another folder."
    )
    path: Path
    reason: str


@dataclass(kw_only=True, eq=False)
class HomeIsBusy(DomainError):
    """Another process holds one of the home's locks for longer than a start can take."""

    code = "kernel.home_is_busy"
    message = (
        "Another Broadbill process has been busy with {what} in {path} for {seconds} s. "
        "Try again when it is done."
    )
    what: str
    path: Path
    seconds: int


def runs_as_root() -> bool:
    """Whether this process is the superuser of a Unix machine."""
    return sys.platform != "win32" and os.geteuid() == 0


def system_folder() -> Path:
    """The machine's folder for the state of services."""
    if platform.system() == "Linux":
        return Path("/var/lib/broadbill")
    return Path(platformdirs.site_data_path("broadbill", appauthor=False))


def default_folder() -> Path:
    """The home when BROADBILL_HOME is not set: root has the folder for services, others their data folder."""
    if runs_as_root():
        return system_folder()
    return Path(platformdirs.user_data_path("broadbill", appauthor=False))


@dataclass(frozen=True)
class Home:
    """Where each kind of state lies under one home folder."""

    folder: Path

    @property
    def postgres_folder(self) -> Path:
        return self.folder / "postgres"

    @property
    def programs_folder(self) -> Path:
        return self.folder / "programs"

    @property
    def logs_folder(self) -> Path:
        return self.folder / "logs"

    @property
    def documents_folder(self) -> Path:
        return self.folder / "documents"

    @property
    def mail_folder(self) -> Path:
        return self.folder / "mail"

    @property
    def static_folder(self) -> Path:
        return self.folder / "static"

    @property
    def secret_key_file(self) -> Path:
        return self.folder / "secret.key"

    @property
    def voucher_key_file(self) -> Path:
        return self.folder / "vouchers.key"

    @property
    def state_file(self) -> Path:
        return self.folder / "state.json"

    def ensure(self) -> None:
        """Make the folders that are missing. Root's home may be entered by others, but not listed or read: the
        database's own user has to pass through it.

        Raises: HomeIsNotUsable.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if sys.platform != "win32":
                self.folder.chmod(0o711 if runs_as_root() else 0o700)
            for folder in (self.logs_folder, self.documents_folder, self.mail_folder, self.static_folder):
                folder.mkdir(mode=0o700, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.folder):
                pass
        except OSError as error:
            raise HomeIsNotUsable(path=self.folder, reason=error.strerror or str(error)) from error

    @contextlib.contextmanager
    def locked(self, what: str) -> Iterator[None]:
        """Hold the home's lock of that name; other processes wait their turn.

        Raises: HomeIsBusy after LOCK_WAIT_SECONDS.
        """
        lock = filelock.FileLock(self.folder / f".{what}.lock")
        try:
            lock.acquire(timeout=LOCK_WAIT_SECONDS)
        except filelock.Timeout as error:
            raise HomeIsBusy(what=what, path=self.folder, seconds=LOCK_WAIT_SECONDS) from error
        try:
            yield
        finally:
            lock.release()

    def state(self) -> dict[str, Any]:
        """What was remembered, such as chosen ports; empty when nothing was."""
        try:
            remembered: dict[str, Any] = json.loads(self.state_file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        return remembered

    def remember(self, **changes: Any) -> None:
        """Write the changed keys into the state file, whole or not at all; None forgets a key."""
        with self.locked("state"):
            state = {key: value for key, value in (self.state() | changes).items() if value is not None}
            self.write_private(self.state_file, json.dumps(state, indent=2, sort_keys=True) + "\n")

    def write_private(self, path: Path, content: str) -> None:
        """Replace a file's content in one step, readable by its owner alone.

        Raises: HomeIsNotUsable, for example when the disk is full.
        """
        try:
            handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                Path(temporary).replace(path)
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise HomeIsNotUsable(path=path, reason=error.strerror or str(error)) from error

    def secret(self, path: Path, *, length: int = 50) -> str:
        """The secret kept in that file, made by whoever asks first."""
        with self.locked("secrets"):
            if not path.exists():
                self.write_private(path, secrets.token_urlsafe(length))
            return path.read_text(encoding="utf-8")


def current_home() -> Home:
    """The home named by BROADBILL_HOME, or the default one."""
    named = environment.text("BROADBILL_HOME")
    return Home(Path(named).expanduser().resolve() if named else default_folder())
