"""The back office's addresses. Every object has one; each view says in its own file who may use it."""

from __future__ import annotations

from django.urls import path

from broadbill.console.views import shell, styleguide

app_name = "console"
urlpatterns = [
    path("", shell.home, name="home"),
    path("search/", shell.search, name="search"),
    path("theme/", shell.theme, name="theme"),
    path("brand.css", shell.brand_css, name="brand_css"),
    path("manifest.webmanifest", shell.manifest, name="manifest"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("styleguide/sheet/", styleguide.sheet, name="styleguide_sheet"),
]
