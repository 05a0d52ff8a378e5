"""`broadbill verify`, timed as a person runs it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import Any


def measure(workers: int) -> dict[str, Any]:
    """Everything that verify checks, by the number of documents. Raises: RuntimeError when it finds something."""
    command = [sys.executable, "-m", "broadbill.cli.main", "verify", "--json", "--workers", str(workers)]
    began = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - began
    if done.returncode:
        raise RuntimeError(f"verify failed: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    documents = json.loads(done.stdout)["documents"]
    return {"documents": documents, "seconds": seconds, "documents_per_second": documents / seconds}
