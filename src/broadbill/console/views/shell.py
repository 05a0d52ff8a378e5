"""The small addresses every page leans on: brand colours, theme, manifest, search."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_POST

from broadbill.accounts.queries.brand import current_brand
from broadbill.console.context import THEMES
from broadbill.console.search import search as search_everything
from broadbill.console.staff import staff
from broadbill.identity.permissions import for_everyone, for_staff

YEAR_SECONDS = 365 * 24 * 3600


@for_everyone
@require_GET
@cache_control(public=True, max_age=300)
def brand_css(request: HttpRequest) -> HttpResponse:
    """The one colour that an operator sets, as a stylesheet: the policy allows no style attribute."""
    return HttpResponse(f":root{{--brand-h:{current_brand().hue}}}\n", content_type="text/css; charset=utf-8")


@for_everyone
@require_GET
@cache_control(public=True, max_age=3600)
def manifest(request: HttpRequest) -> JsonResponse:
    shown = current_brand()
    icon = {
        "src": static("console/icon.svg"),
        "sizes": "any",
        "type": "image/svg+xml",
        "purpose": "any maskable",
    }
    return JsonResponse(
        {
            "name": shown.name,
            "short_name": shown.name[:12],
            "start_url": "/",
            "display": "standalone",
            "background_color": "#f5f6f8",
            "theme_color": "#f5f6f8",
            "icons": [icon],
        },
        content_type="application/manifest+json",
    )


@for_everyone
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Without a script: store the other theme and come back. With one, the page does both itself."""
    chosen = request.POST.get("theme", "")
    came_from = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(
        came_from, {request.get_host()}, require_https=request.is_secure()
    ):
        came_from = "/"
    response = redirect(came_from)
    if chosen in THEMES:
        response.set_cookie("theme", chosen, max_age=YEAR_SECONDS, samesite="Lax", secure=request.is_secure())
    return response


@for_staff
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """The palette asks for the results alone; without a script this is a page of its own."""
    asked = request.GET.get("q", "").strip()
    groups = search_everything(asked, staff(request))
    context = {"asked": asked, "groups": groups, "total": sum(len(group.found) for group in groups)}
    template = "console/search.html#results" if getattr(request, "htmx", False) else "console/search.html"
    return render(request, template, context)
