from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def sandbox(settings: Any) -> None:
    """The sandbox gateway is set up."""
    settings.GATEWAYS = ["sandbox"]
