"""One embedded PostgreSQL for the whole test session, in a home of its own.

BROADBILL_TEST_HOME names a home to keep between sessions, whose server then stays up: quicker while developing.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

_kept = os.environ.get("BROADBILL_TEST_HOME")
_folder = Path(_kept) if _kept else Path(tempfile.mkdtemp(prefix="broadbill-tests-"))

# Before Django reads its settings: no test may ever see the developer's own Broadbill.
for _name in [name for name in os.environ if name.startswith("BROADBILL_") and name != "BROADBILL_TEST_HOME"]:
    del os.environ[_name]
os.environ["BROADBILL_HOME"] = str(_folder)
os.environ["DJANGO_SETTINGS_MODULE"] = "broadbill.config.settings"


def pytest_sessionstart(session: pytest.Session) -> None:
    from broadbill.kernel.home import current_home
    from broadbill.kernel.postgres import EmbeddedServer

    EmbeddedServer(current_home()).ensure_running()


def pytest_unconfigure(config: pytest.Config) -> None:
    if _kept or not (_folder / "postgres").exists():
        return
    from broadbill.kernel.home import current_home
    from broadbill.kernel.postgres import EmbeddedServer

    EmbeddedServer(current_home()).stop()
    shutil.rmtree(_folder, ignore_errors=True)
