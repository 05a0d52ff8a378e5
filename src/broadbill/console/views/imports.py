"""Imports: a file is brought, checked without writing, imported when somebody says so; and what was imported before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from broadbill.console.asked import key_in
from broadbill.console.exports import csv_file
from broadbill.console.import_forms import CustomersFile, UsageFile
from broadbill.console.import_words import KINDS, told
from broadbill.console.sheets import Question, ask, confirmed
from broadbill.console.staff import staff
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import requires
from broadbill.identity.queries.users import names_of
from broadbill.imports.domain.own_columns import TEMPLATE, USAGE_TEMPLATE
from broadbill.imports.domain.upload import Kind
from broadbill.imports.operations.uploads import (
    check_again,
    confirm_upload,
    discard_upload,
    take_upload,
)
from broadbill.imports.queries.uploads import (
    UploadRead,
    all_problems,
    maps_used,
    problem_page,
    upload_numbered,
    upload_page,
)
from broadbill.usage.queries.sources import sources

IMPORTS = requires(Permission.IMPORT_RECORDS)
TEMPLATES = {Kind.CUSTOMERS: TEMPLATE, Kind.USAGE: USAGE_TEMPLATE}


@IMPORTS
@require_GET
def imports(request: HttpRequest) -> HttpResponse:
    page = upload_page(before=key_in(request.GET))
    names = _names(page.rows)
    context = {
        "page": page,
        "rows": [(row, names.get(row.asked_by, row.asked_by)) for row in page.rows],
        "kinds": KINDS,
    }
    part = "#rows" if getattr(request, "htmx", False) else ""
    return render(request, f"console/imports/list.html{part}", context)


@IMPORTS
@require_http_methods(["GET", "POST"])
def new_import(request: HttpRequest, kind: Kind) -> HttpResponse:
    """Bring a file. It is checked at once, by the worker; nothing is written."""
    form = _form(request, kind)
    if request.method == "POST" and form.is_valid():
        number = take_upload(
            upload=form.upload(),
            chunks=form.cleaned_data["file"].chunks(),
            now=timezone.now(),
            actor=staff(request).actor,
        )
        return redirect("console:import", number)
    context = {
        "form": form,
        "kind": kind,
        "columns": ", ".join(TEMPLATES[kind]),
        "template": reverse(f"console:import_template_{kind}"),
    }
    return render(request, "console/imports/new.html", context, status=422 if form.is_bound else 200)


@IMPORTS
@require_GET
def template(request: HttpRequest, kind: Kind) -> HttpResponseBase:  # Django's signature
    """An empty file with the columns that need no map."""
    return csv_file(f"{kind}", TEMPLATES[kind], ())


@IMPORTS
@require_GET
def one_import(request: HttpRequest, number: int) -> HttpResponse:
    """The file's report; while the worker is at it, htmx asks for the state every second."""
    upload = _upload(number)
    in_part = getattr(request, "htmx", False)
    if in_part and request.GET.get("part") == "state" and not upload.is_at_work:
        return HttpResponseClientRefresh()
    names = _names([upload])
    context = {
        "upload": upload,
        "asked_by": names.get(upload.asked_by, upload.asked_by),
        "decided_by": names.get(upload.decided_by, upload.decided_by),
        "told": told(upload.kind, upload.result),
        "page": problem_page(upload=number, after=key_in(request.GET) or 0),
        "has_cells": upload.kind == Kind.CUSTOMERS,
        "kinds": KINDS,
        "leads_to_billing": staff(request).may(Permission.START_BILL_RUNS),
    }
    part = ""
    if in_part:
        part = "#state" if request.GET.get("part") == "state" else "#rows"
    return render(request, f"console/imports/page.html{part}", context)


@IMPORTS
@require_GET
def import_problems(request: HttpRequest, number: int) -> HttpResponseBase:  # Django's signature
    """Every bad row, as a file to mend the list by."""
    upload = _upload(number)
    rows = ((one.line, one.column, one.value, one.reason) for one in all_problems(upload=upload.id))
    return csv_file(f"import-{upload.id}-problems", ("line", "column", "value", "reason"), rows)


@IMPORTS
@require_POST
def confirm_import(request: HttpRequest, number: int) -> HttpResponse:
    _upload(number)
    confirm_upload(number=number, now=timezone.now(), actor=staff(request).actor)
    return redirect("console:import", number)


@IMPORTS
@require_POST
def check_import(request: HttpRequest, number: int) -> HttpResponse:
    _upload(number)
    check_again(number=number, now=timezone.now(), actor=staff(request).actor)
    return redirect("console:import", number)


@IMPORTS
@require_http_methods(["GET", "POST"])
def discard_import(request: HttpRequest, number: int) -> HttpResponse:
    upload = _upload(number)
    question = Question(
        title=_("Throw %s away") % upload.file,
        words=_("Nothing of it was imported. That it was brought stays on record."),
        verb=_("Throw away"),
        form=confirmed(request),
        is_danger=True,
        back=_("Import %s") % number,
        back_href=reverse("console:import", args=[number]),
        done_href=reverse("console:imports"),
    )

    def act() -> str:
        discard_upload(number=number, now=timezone.now(), actor=staff(request).actor)
        return _("%s is thrown away.") % upload.file

    return ask(request, question, act)


def _form(request: HttpRequest, kind: Kind) -> Any:
    given = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    if kind == Kind.USAGE:
        return UsageFile(*given, sources=[source.code for source in sources()])
    may_make_plans = staff(request).may(Permission.CHANGE_CATALOG)
    return CustomersFile(*given, used=maps_used(), may_make_plans=may_make_plans)


def _upload(number: int) -> UploadRead:
    found = upload_numbered(number)
    if found is None:
        raise Http404
    return found


def _names(uploads: Iterable[UploadRead]) -> dict[str, str]:
    """Who brought the files or decided about them, by actor. One query."""
    actors = {actor for upload in uploads for actor in (upload.asked_by, upload.decided_by)}
    ids = {int(actor.removeprefix("user:")) for actor in actors if actor.startswith("user:")}
    return {f"user:{key}": name for key, name in names_of(ids).items()} if ids else {}
