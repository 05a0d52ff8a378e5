"""What a browser needs to install the portal: manifest, icons, service worker, and the page without a network."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

import typst
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from broadbill.accounts.queries.brand import current_brand
from broadbill.identity.permissions import for_everyone

WORKER = Path(__file__).parents[1] / "worker.js"
SIZES = (180, 192, 512)
BACKGROUND = "#f5f6f8"
# The waves of the brand's mark (console/icon.svg) on its colour; whoever cuts a shape out keeps the middle four fifths.
ICON = """
#set page(width: 64pt, height: 64pt, margin: 0pt, fill: none)
#rect(width: 100%, height: 100%, radius: RADIUSpt, fill: oklch(50%, 0.19, HUEdeg))
#for dy in (0pt, 15pt) {
  place(top + left, curve(
    stroke: (paint: white, thickness: 5pt, cap: "round", join: "round"),
    curve.move((12pt, 27pt + dy)),
    curve.cubic((18.5pt, 16pt + dy), (25pt, 16pt + dy), (32pt, 27pt + dy)),
    curve.cubic((38.5pt, 38pt + dy), (45pt, 38pt + dy), (52pt, 27pt + dy)),
  ))
}
"""


@for_everyone
@require_GET
@cache_control(public=True, max_age=3600)
def manifest(request: HttpRequest) -> JsonResponse:  # noqa: ARG001  # every view is handed the request
    shown = current_brand()
    icons = [
        {
            "src": reverse("portal:icon", args=[size, shape]),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": use,
        }
        for size in SIZES[1:]
        for shape, use in (("round", "any"), ("full", "maskable"))
    ]
    return JsonResponse(
        {
            "id": reverse("portal:home"),
            "name": shown.name,
            "short_name": shown.name[:12],
            "lang": get_language(),
            "start_url": reverse("portal:home"),
            "scope": reverse("portal:home"),
            "display": "standalone",
            "background_color": BACKGROUND,
            "theme_color": BACKGROUND,
            "icons": icons,
        },
        content_type="application/manifest+json",
    )


@for_everyone
@require_GET
@cache_control(public=True, max_age=24 * 3600)
def icon(request: HttpRequest, size: int, shape: str) -> HttpResponse:  # noqa: ARG001  # the same
    """In the operator's colour; round corners, or full for systems that cut out a shape of their own."""
    known = size if size in SIZES else SIZES[-1]
    return HttpResponse(_drawn(current_brand().hue, known, is_full=shape == "full"), content_type="image/png")


@cache
def _drawn(hue: int, size: int, *, is_full: bool) -> bytes:
    source = ICON.replace("RADIUS", "0" if is_full else "14").replace("HUE", str(int(hue)))
    drawn = typst.compile(source.encode(), format="png", ppi=72 * size / 64)
    assert isinstance(drawn, bytes)
    return drawn


@for_everyone
@require_GET
@cache_control(no_cache=True)
def worker(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # the same
    """The shell's addresses change with their content, and the cache's name with them."""
    shell = [
        reverse("portal:offline"),
        static("console/gen/app.css"),
        static("console/gen/inter.woff2"),
        static("console/gen/icons.svg"),
        static("portal/app.js"),
        reverse("console:brand_css"),
    ]
    named = "portal-" + hashlib.sha256(json.dumps([*shell, get_language()]).encode()).hexdigest()[:12]
    head = f"const CACHE = {json.dumps(named)};\nconst SHELL = {json.dumps(shell)};\n"
    return HttpResponse(
        head + WORKER.read_text(encoding="utf-8"), content_type="text/javascript; charset=utf-8"
    )


@for_everyone
@require_GET
def offline(request: HttpRequest) -> HttpResponse:
    """Nothing of anybody is on it, so browsers may keep it."""
    return render(request, "portal/offline.html")
