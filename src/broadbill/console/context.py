"""What the shell around every page needs: brand, theme, navigation."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from broadbill.console.brand import brand
from broadbill.console.navigation import Place, Words, places

THEMES = ("light", "dark")


def shell(request: HttpRequest) -> dict[str, Any]:
    """A context processor. The navigation is made when a template asks: fragments do not draw the shell."""
    theme = request.COOKIES.get("theme", "")

    def navigation() -> list[tuple[Words, list[Place]]]:
        return list(places(request.path, request.user)) if request.user.is_authenticated else []

    return {
        "brand": brand(),
        "theme": theme if theme in THEMES else "",
        "shortcuts": request.COOKIES.get("shortcuts") != "off",
        "navigation": navigation,
    }
