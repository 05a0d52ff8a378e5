"""What an upgrade makes of the one role that sign-ins had before."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

pytestmark = pytest.mark.django_db(transaction=True)


def test_sign_ins_and_limits_of_before_keep_what_they_could() -> None:
    executor = MigrationExecutor(connection)
    newest = [node for node in executor.loader.graph.leaf_nodes() if node[0] == "identity"]
    try:
        executor.migrate([("identity", "0003_customers")])
        old = executor.loader.project_state([("identity", "0003_customers")]).apps
        for role in ("owner", "clerk", "agent", "technician", "customer"):
            old.get_model("identity", "User").objects.create(email=f"{role}@x.example", role=role)
        old.get_model("identity", "RoleLimit").objects.create(role="clerk", letting="refund", amount=25)
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(newest)

    new = executor.loader.project_state(newest).apps
    held = new.get_model("identity", "HeldRole").objects
    assert dict(held.values_list("user__email", "role_id")) == {
        "owner@x.example": "owner",
        "clerk@x.example": "billing",
        "agent@x.example": "support",
        "technician@x.example": "technician",
    }
    customers = new.get_model("identity", "User").objects.filter(is_customer=True)
    assert [user.email for user in customers] == ["customer@x.example"]
    assert list(new.get_model("identity", "RoleLimit").objects.values_list("role_id", flat=True)) == [
        "billing"
    ]
