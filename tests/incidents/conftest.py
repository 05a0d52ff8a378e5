"""A real FreeRADIUS also for incidents of the network."""

from tests.network.conftest import pytest_collection_modifyitems, radius

__all__ = ["pytest_collection_modifyitems", "radius"]
