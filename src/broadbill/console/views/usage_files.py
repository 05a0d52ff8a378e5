"""Files of usage that were taken in, and the names in them that nobody had."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import requires
from broadbill.usage.queries.sources import aside, files_taken

NAMES_SHOWN, FILES_SHOWN = 100, 50


@requires(Permission.VIEW_NETWORK)
@require_GET
def usage_files(request: HttpRequest) -> HttpResponse:
    context = {"names": aside(limit=NAMES_SHOWN), "files": files_taken(limit=FILES_SHOWN)}
    return render(request, "console/network/usage_files.html", context)
