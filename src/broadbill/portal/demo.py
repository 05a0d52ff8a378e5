"""The sign-in that the demo offers on the page: known only in a home that `broadbill demo` has filled."""

from __future__ import annotations

from dataclasses import dataclass

from broadbill.kernel.home import current_home

PASSWORD_KEY = "demo_password"  # noqa: S105  # where it is kept, not what it is
CUSTOMER_KEY = "demo_customer"


@dataclass(frozen=True, slots=True)
class DemoCustomer:
    email: str
    password: str


def demo_customer() -> DemoCustomer | None:
    state = current_home().state()
    email, password = state.get(CUSTOMER_KEY), state.get(PASSWORD_KEY)
    return DemoCustomer(email, password) if email and password else None
