from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client

if TYPE_CHECKING:
    from broadbill.identity.models import User


def _staff(email: str, name: str, role: str) -> User:
    from tests.staff import a_colleague  # conftest files are read before Django is set up

    return a_colleague(email, name, role)


@pytest.fixture
def owner(db: None) -> User:
    return _staff("maria@lakeside.example", "Maria Duarte", "owner")


@pytest.fixture
def technician(db: None) -> User:
    return _staff("tom@lakeside.example", "Tom Berg", "technician")


@pytest.fixture
def office(client: Client, owner: User) -> Client:
    """A browser in which the owner is signed in."""
    client.force_login(owner)
    return client
