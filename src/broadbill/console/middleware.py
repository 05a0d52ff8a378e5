"""Turns anticipated refusals into pages, and gives every request a reference that an error page can show."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from broadbill.console.views import errors
from broadbill.core.errors import DomainError

logger = logging.getLogger(__name__)


class OfficePages:
    """A `DomainError` that no form caught is shown as a page with its own words and status.

    A crash is logged with the same reference that the 500 page shows, so that the two can be matched.
    Pages hold customers' data: unless a view says otherwise, no shared cache may keep them.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.reference = secrets.token_hex(4)  # type: ignore[attr-defined]
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, DomainError):
            return errors.refused(request, error)
        logger.error("reference %s: %s %s", errors.reference(request), request.method, request.path)
        return None
