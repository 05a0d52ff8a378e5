"""One member of the staff of each kind, and a stranger."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client

from broadbill.identity.domain.permissions import Role
from broadbill.identity.models import User
from broadbill.identity.operations import add_user

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
PASSWORD = "a long password"


@pytest.fixture
def member() -> Callable[[Role], User]:
    """Adds a member of the staff with the role."""

    def add(role: Role) -> User:
        return add_user(
            email=f"{role}@example.org",
            roles=[role],
            password=PASSWORD,
            full_name=role.title(),
            actor="test",
            now=NOW,
        )

    return add


@pytest.fixture
def signed_in(client: Client, member: Callable[[Role], User]) -> Callable[[Role], Client]:
    """A browser in which a member of the staff with the role has signed in."""

    def sign_in(role: Role) -> Client:
        client.force_login(member(role))
        return client

    return sign_in
