"""Every view says who may use it, and the last line refuses one that does not."""

from __future__ import annotations

import runpy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver

from broadbill.console.permission_words import GROUPS
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.middleware import DenyByDefault
from broadbill.identity.permissions import CUSTOMERS, EVERYONE, STAFF, access_of

TOP = Path(__file__).parents[2]
# What the whole world may use. A view joins this list by decision, not by accident.
OPEN_TO_EVERYONE = {
    "health",
    "account_login",
    # The staff's other ways in: the second half of signing in, a passkey instead of it, and the invitation's link.
    "mfa_authenticate",
    "mfa_login_webauthn",
    "choose_password",
    # While nobody can sign in: the link that was printed where Broadbill was started.
    "first_owner",
    # What the sign-in page itself needs: colours, the choice of light or dark, the name for a home screen.
    "brand_css",
    "theme",
    "manifest",
    # A customer's ways in: with a password, with a link or a code that was mailed, and asking for one.
    "sign_in",
    "mail_me",
    "choose_language",
    # What a browser asks to install the portal, and the page it shows without a network.
    "icon",
    "worker",
    "offline",
    "enter_code",
    "sign_in_by_passkey",
    "sign_in_by_link",
    "new_link",
    "set_password",
    # Let in by their signature, not by a sign-in.
    "gateway_hook",
    # What stands elsewhere with a real gateway; there only where the sandbox is set up.
    "sandbox_save",
    "sandbox_pay",
}


def views(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, str | None, Callable[..., Any]]]:
    """Path, name and view of every address."""
    for pattern in resolver.url_patterns:
        path = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from views(pattern, path)
        elif isinstance(pattern, URLPattern):
            yield path, pattern.name, pattern.callback


ALL = list(views(get_resolver()))


class TestEveryView:
    @pytest.mark.parametrize(("path", "name", "view"), ALL, ids=[path for path, _name, _view in ALL])
    def test_says_who_may_use_it(self, path, name, view):
        access = access_of(view)

        assert access in {EVERYONE, STAFF, CUSTOMERS, *Permission}, f"{path} does not say who may use it"

    def test_is_open_to_everyone_by_decision_only(self):
        open_views = {name for _path, name, view in ALL if access_of(view) == EVERYONE}

        assert open_views == OPEN_TO_EVERYONE


class TestThePageOfPermissions:
    def test_is_what_the_code_says(self):
        written = runpy.run_path(str(TOP / "scripts" / "write-permissions-reference"))

        assert written["page"]() == written["PAGE"].read_text(encoding="utf-8"), (
            "run .venv/bin/python scripts/write-permissions-reference and read what changed"
        )

    def test_has_words_for_every_permission_once(self):
        worded = [permission for _group, permissions in GROUPS for permission in permissions]

        assert sorted(worded) == sorted(Permission), (
            "say what the permission lets do in console/permission_words.py"
        )


class TestDenyByDefault:
    def test_refuses_a_view_that_does_not_say(self, rf):
        def forgotten(_request: object) -> HttpResponse:
            return HttpResponse("secret")

        with pytest.raises(ImproperlyConfigured, match="does not say who may use it"):
            DenyByDefault(forgotten).process_view(rf.get("/"), forgotten, (), {})
