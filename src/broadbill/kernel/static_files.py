"""Static files of the pages, compressed and named by their content in the home's folder."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.contrib.staticfiles.finders import find, get_finders
from django.core.management import call_command

from broadbill.kernel.home import Home

STATE_KEY = "static_files"
# What the wheel's build makes (build_assets.py); a source tree that was never installed lacks them.
BUILT = ("console/gen/app.css", "console/gen/icons.svg", "console/gen/inter.woff2")


def collect_if_changed(home: Home) -> bool:
    """Collect the files when they differ from those collected last. True when there was something to do."""
    fingerprint = _fingerprint()
    with home.locked("static"):
        manifest = home.static_folder / "staticfiles.json"
        if home.state().get(STATE_KEY) == fingerprint and manifest.exists():
            return False
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        home.remember(**{STATE_KEY: fingerprint})
    return True


def is_collected(home: Home) -> bool:
    """Whether what was collected is what there is."""
    return (
        home.state().get(STATE_KEY) == _fingerprint() and (home.static_folder / "staticfiles.json").exists()
    )


def missing_sources() -> list[str]:
    """Built files that should be there and are not."""
    return [path for path in BUILT if find(path) is None]


def _fingerprint() -> str:
    """A digest of every file's name, size and time of change."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            facts = Path(storage.path(path)).stat()
            digest.update(f"{path} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()
