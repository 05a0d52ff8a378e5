"""What the shell around every page needs: brand, theme, navigation."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest

from broadbill.accounts.queries.brand import current_brand
from broadbill.console.navigation import Place, Words, places
from broadbill.identity.queries.users import has_staff

THEMES = ("light", "dark")


def shell(request: HttpRequest) -> dict[str, Any]:
    """A context processor. Brand and navigation are read when a template asks: fragments do not draw the shell."""
    theme = request.COOKIES.get("theme", "")

    @cache
    def navigation() -> list[tuple[Words, list[Place]]]:
        return list(places(request.path, request.user)) if request.user.is_authenticated else []

    return {
        "brand": cache(current_brand),
        "theme": theme if theme in THEMES else "",
        "shortcuts": request.COOKIES.get("shortcuts") != "off",
        "navigation": navigation,
        "nobody_signs_in": cache(lambda: not has_staff()),
    }
