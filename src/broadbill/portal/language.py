"""In what language a page is: the portal's in its reader's, the office's in English, which alone is complete there."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

PORTAL = "/my/"


class CustomersLanguage(LocaleMiddleware):
    """Before anybody has signed in: the language chosen on the page, else the browser's."""

    def process_request(self, request: HttpRequest) -> None:
        is_portal = request.path_info.startswith(PORTAL)
        language = translation.get_language_from_request(request) if is_portal else settings.LANGUAGE_CODE
        translation.activate(language)
        request.LANGUAGE_CODE = language


def speak(language: str) -> None:
    """Go on in the account's language; one that the portal does not speak (letters know more) changes nothing."""
    try:
        translation.activate(translation.get_supported_language_variant(language))
    except LookupError:
        return
