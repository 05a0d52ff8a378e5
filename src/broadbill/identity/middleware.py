"""The last line: a view that does not say who may use it is used by nobody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponseBase

from broadbill.identity.permissions import access_of


class DenyByDefault:
    """Refuses to call views without a word on access (see broadbill.identity.permissions)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, _request: HttpRequest, view: Callable[..., Any], _args: object, _kwargs: object
    ) -> None:
        if access_of(view) is None:
            raise ImproperlyConfigured(
                f"{view!r} does not say who may use it: see broadbill.identity.permissions"
            )
