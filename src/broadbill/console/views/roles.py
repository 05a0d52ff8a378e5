"""Roles: what each may do, how much alone, whether with a second factor; adding one of the provider's own."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from broadbill.accounts.queries.provider import current_provider
from broadbill.console.people_forms import WhatARoleMayDo
from broadbill.console.permission_words import DUTIES, GROUPS, LETTINGS, ROLES
from broadbill.console.sheets import Question, ask, confirmed
from broadbill.console.staff import staff
from broadbill.core.money import Currency
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.operations.limits import set_limit
from broadbill.identity.operations.roles import add_role, change_permissions, remove_role
from broadbill.identity.operations.second_factor import require_second_factor
from broadbill.identity.permissions import requires
from broadbill.identity.queries.roles import role_coded
from broadbill.identity.queries.roles import roles as all_roles

ASKING = require_http_methods(["GET", "POST"])
MANAGES = requires(Permission.MANAGE_USERS)


@requires(Permission.VIEW_USERS)
@require_GET
def roles(request: HttpRequest) -> HttpResponse:
    found = all_roles()
    context = {
        "roles": [(role, ROLES.get(role.code, role.title), DUTIES.get(role.code, "")) for role in found],
        "groups": [
            (
                title,
                [
                    (words, [permission in role.permissions for role in found])
                    for permission, words in of.items()
                ],
            )
            for title, of in GROUPS
        ],
        "lettings": LETTINGS,
        "currency": current_provider().currency,
        "may_manage": staff(request).may(Permission.MANAGE_USERS),
        "tab": "roles",
    }
    return render(request, "console/people/roles.html", context)


@MANAGES
@ASKING
def change(request: HttpRequest, code: str) -> HttpResponse:
    role = role_coded(code)
    name = str(ROLES.get(role.code, role.title))
    currency = Currency.of(current_provider().currency)
    form = WhatARoleMayDo(request.POST or None, role=role, currency=currency)

    def act() -> str:
        _set(role.code, form, actor=staff(request).actor)
        return _("The role %s is changed.") % name

    return ask(request, _question(_("Role: %s") % name, _("Change role"), form, currency), act)


@MANAGES
@ASKING
def add(request: HttpRequest) -> HttpResponse:
    currency = Currency.of(current_provider().currency)
    form = WhatARoleMayDo(request.POST or None, role=None, currency=currency)

    def act() -> str:
        title, actor = form.cleaned_data["title"], staff(request).actor
        with transaction.atomic():
            code = add_role(title=title, permissions=form.permissions(), actor=actor, now=timezone.now())
            _set(code, form, actor=actor)
        return _("The role %s is there.") % title

    return ask(request, _question(_("New role"), _("Add role"), form, currency), act)


@MANAGES
@ASKING
def remove(request: HttpRequest, code: str) -> HttpResponse:
    role = role_coded(code)
    form = confirmed(request)
    question = Question(
        title=_("Remove the role %s") % role.title,
        words=_("Nobody may have it any more."),
        verb=_("Remove"),
        form=form,
        back=_("Roles"),
        back_href=reverse("console:roles"),
        is_danger=True,
    )

    def act() -> str:
        remove_role(code=code, actor=staff(request).actor, now=timezone.now())
        return _("The role %s is gone.") % role.title

    return ask(request, question, act)


@transaction.atomic
def _set(code: str, form: WhatARoleMayDo, *, actor: str) -> None:
    now = timezone.now()
    change_permissions(code=code, permissions=form.permissions(), actor=actor, now=now)
    for letting, amount in form.limits().items():
        set_limit(role=code, letting=letting, amount=amount, actor=actor, now=now)
    require_second_factor(role=code, needed=form.cleaned_data["needs_second_factor"], actor=actor, now=now)


def _question(title: str, verb: str, form: WhatARoleMayDo, currency: Currency) -> Question:
    return Question(
        title=title,
        verb=verb,
        form=form,
        back=_("Roles"),
        back_href=reverse("console:roles"),
        units={name: currency.code for name in form.fields if name.startswith("limit_")},
    )
