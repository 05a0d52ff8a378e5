"""The staff: who may sign in with which roles; inviting somebody, changing them, keeping somebody out."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.views import PasswordResetConfirmView
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from broadbill.accounts.operations.staff_letters import invite_member, mail_password_link
from broadbill.console import people_forms as forms
from broadbill.console.sheets import Question, ask, confirmed
from broadbill.console.staff import staff
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.operations import allow_sign_in, change_roles, refuse_sign_in, set_password
from broadbill.identity.operations.second_factor import remove_second_factors
from broadbill.identity.permissions import for_everyone, requires
from broadbill.identity.queries.roles import roles
from broadbill.identity.queries.users import SignIn, sign_in_of, sign_ins

ASKING = require_http_methods(["GET", "POST"])
MANAGES = requires(Permission.MANAGE_USERS)


@requires(Permission.VIEW_USERS)
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    context = {
        "people": sign_ins(),
        "may_manage": staff(request).may(Permission.MANAGE_USERS),
        "tab": "people",
    }
    return render(request, "console/people/list.html", context)


@requires(Permission.VIEW_USERS)
@require_GET
def person(request: HttpRequest, number: int) -> HttpResponse:
    shown = sign_in_of(number)
    context = {
        "person": shown,
        "may_manage": staff(request).may(Permission.MANAGE_USERS),
        "may_see_audit": staff(request).may(Permission.VIEW_LEDGER),
        "lacks_second_factor": any(role.needs_second_factor for role in shown.roles)
        and not shown.has_second_factor,
    }
    return render(request, "console/people/person.html", context)


@MANAGES
@ASKING
def invite(request: HttpRequest) -> HttpResponse:
    form = forms.Invite(request.POST or None, roles=roles())
    question = Question(
        title=_("Invite somebody"),
        words=_("They get a link by e-mail, good once and for three days, and choose a password themselves."),
        verb=_("Send the invitation"),
        form=form,
        back=_("People"),
        back_href=reverse("console:people"),
    )

    def act() -> str:
        given = form.cleaned_data
        invited = invite_member(
            email=given["email"],
            roles=given["roles"],
            full_name=given["full_name"],
            site=_site(request),
            actor=staff(request).actor,
            now=timezone.now(),
        )
        return _("The invitation is on its way to %s.") % invited.email

    return ask(request, question, act)


@MANAGES
@ASKING
def give_roles(request: HttpRequest, number: int) -> HttpResponse:
    found = sign_in_of(number)
    form = forms.WhichRoles(request.POST or None, roles=roles(), held=found.roles)

    def act() -> str:
        given = form.cleaned_data["roles"]
        change_roles(email=found.email, roles=given, actor=staff(request).actor, now=timezone.now())
        return _("The roles of %s are changed.") % found.name

    question = _about(found, _("Roles of %s") % found.name, _("Change roles"), form)
    return ask(request, question, act)


@MANAGES
@ASKING
def send_link(request: HttpRequest, number: int) -> HttpResponse:
    found = sign_in_of(number)
    words = (
        _("A link by which they choose a password goes to %s, good once and for three days.") % found.email
    )

    def act() -> str:
        mail_password_link(
            email=found.email, site=_site(request), actor=staff(request).actor, now=timezone.now()
        )
        return _("The link is on its way to %s.") % found.email

    question = _about(
        found, _("A new password for %s") % found.name, _("Send the link"), confirmed(request), words
    )
    return ask(request, question, act)


@MANAGES
@ASKING
def reset_second_factor(request: HttpRequest, number: int) -> HttpResponse:
    found = sign_in_of(number)
    words = _(
        "Their codes and passkeys stop working, and the password alone signs them in. Be sure it is they who ask:"
        " call them back."
    )

    def act() -> str:
        remove_second_factors(email=found.email, actor=staff(request).actor, now=timezone.now())
        return _("%s has no second factor now.") % found.name

    question = _about(
        found,
        _("Remove the second factor of %s") % found.name,
        _("Remove"),
        confirmed(request),
        words,
        danger=True,
    )
    return ask(request, question, act)


@MANAGES
@ASKING
def shut_out(request: HttpRequest, number: int) -> HttpResponse:
    found = sign_in_of(number)
    words = _("They are signed out everywhere at once. Their name stays on what they did.")

    def act() -> str:
        refuse_sign_in(email=found.email, actor=staff(request).actor, now=timezone.now())
        return _("%s cannot sign in any more.") % found.name

    question = _about(
        found, _("Keep %s out") % found.name, _("Keep out"), confirmed(request), words, danger=True
    )
    return ask(request, question, act)


@MANAGES
@ASKING
def let_in(request: HttpRequest, number: int) -> HttpResponse:
    found = sign_in_of(number)

    def act() -> str:
        allow_sign_in(email=found.email, actor=staff(request).actor, now=timezone.now())
        return _("%s can sign in again.") % found.name

    words = _("With the password and the roles they had.")
    question = _about(found, _("Let %s in again") % found.name, _("Let in"), confirmed(request), words)
    return ask(request, question, act)


class _ChoosePassword(SetPasswordForm):
    """Django's form, its rules and its words; what is saved goes through the operation, which keeps the event."""

    def save(self, commit: bool = True) -> Any:  # noqa: ARG002  # Django's signature
        return set_password(
            email=self.user.email,
            password=self.cleaned_data["new_password1"],
            actor=self.user.actor,
            now=timezone.now(),
        )


class ChoosePassword(PasswordResetConfirmView):
    """Who came by a mailed link chooses a password, and then signs in with it. Links for customers are not taken."""

    template_name = "account/choose_password.html"
    form_class = _ChoosePassword
    success_url = reverse_lazy("account_login")

    def get_user(self, uidb64: str) -> Any:
        user = super().get_user(uidb64)
        return user if user is not None and not user.is_customer and user.is_active else None


choose_password = for_everyone(ChoosePassword.as_view())


def _about(
    found: SignIn, title: str, verb: str, form: Form, words: str = "", *, danger: bool = False
) -> Question:
    back = reverse("console:person", args=[found.id])
    return Question(
        title=title, words=words, verb=verb, form=form, back=found.name, back_href=back, is_danger=danger
    )


def _site(request: HttpRequest) -> str:
    """The address in mailed links: the one that was set, else the one by which an owner works here now."""
    return settings.PUBLIC_URL or request.build_absolute_uri("/").rstrip("/")
