"""A home for one benchmark alone."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def own_home(name: str, **settings: str) -> Iterator[None]:
    """A session on a database in the temporary folder; both are gone when the block is left, whichever way.

    Of the caller's settings nothing holds, so that no other Broadbill is touched; `settings` hold instead.
    """
    for variable in [variable for variable in os.environ if variable.startswith("BROADBILL_")]:
        del os.environ[variable]
    folder = Path(tempfile.mkdtemp(prefix=f"broadbill-{name}-"))
    os.environ.update(settings, BROADBILL_HOME=str(folder))
    from broadbill.cli.session import open_session
    from broadbill.kernel.home import Home
    from broadbill.kernel.postgres import EmbeddedServer

    try:
        open_session(seal_at_end=False)
        yield
    finally:
        EmbeddedServer(Home(folder)).stop()
        shutil.rmtree(folder)
