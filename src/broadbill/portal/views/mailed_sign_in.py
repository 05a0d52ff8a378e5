"""In without a password: by the link in a letter, or by its code in the browser where it was asked for.

The answer is the same for every address, and wrong codes are counted where nobody has the address as well.
"""

from __future__ import annotations

from typing import Any

from allauth.account.utils import perform_login
from allauth.core import ratelimit
from django import forms
from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from broadbill.accounts.operations.mailed_sign_in import mail_sign_in
from broadbill.identity.domain.errors import MailedKeyIsWorthless
from broadbill.identity.operations.mailed_sign_in import GOOD_MINUTES, user_of_key
from broadbill.identity.permissions import for_everyone

ASKED = "portal_mailed_sign_in"
TRIES = 5


class AskForCode(forms.Form):
    email = forms.EmailField(label=_("E-mail"))


class EnterCode(forms.Form):
    code = forms.CharField(label=_("Code"), max_length=40)

    def clean_code(self) -> str:
        """As it is compared: without the blanks and dashes that people read into it."""
        return plain(self.cleaned_data["code"])


def plain(code: str) -> str:
    return "".join(sign for sign in code.upper() if sign.isalnum())


@for_everyone
@never_cache
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    form = AskForCode(request.POST if request.method == "POST" else None)
    if form.is_valid():
        email = form.cleaned_data["email"]
        if limited := ratelimit.consume_or_429(request, action="request_login_code", key=email.lower()):
            return limited
        asked = mail_sign_in(email=email, site=settings.PUBLIC_URL, now=timezone.now())
        # Hashed as a password is, so that who reads the sessions' table does not read codes.
        request.session[ASKED] = {"key": asked.key, "code": make_password(plain(asked.code)), "tries": TRIES}
        return redirect("portal:enter_code")
    return _shown(request, "portal/mail_me.html", form)


@for_everyone
@never_cache
@require_http_methods(["GET", "POST"])
def enter_code(request: HttpRequest) -> HttpResponse:
    asked = request.session.get(ASKED)
    if asked is None:
        return redirect("portal:mail_me")
    form = EnterCode(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if limited := ratelimit.consume_or_429(request, action="login"):
            return limited
        if check_password(form.cleaned_data["code"], asked["code"]) and asked["key"]:
            try:
                return _sign_in(request, asked["key"])
            except MailedKeyIsWorthless:
                asked["tries"] = 0
        else:
            asked["tries"] -= 1
        return _try_again(request, asked, form)
    return _shown(request, "portal/enter_code.html", form)


@for_everyone
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in_by_link(request: HttpRequest, key: str) -> HttpResponse:
    """Opening the link asks for one press more: programs that look into mail open links, and must not use it up."""
    if request.method == "POST":
        try:
            return _sign_in(request, key)
        except MailedKeyIsWorthless:
            return render(request, "portal/by_link.html", {"is_worthless": True}, status=422)
    return render(request, "portal/by_link.html")


@transaction.atomic
def _sign_in(request: HttpRequest, key: str) -> HttpResponse:
    """Through allauth's stages, which ask for more where the sign-in has a second factor.

    Raises: MailedKeyIsWorthless.
    """
    user = user_of_key(key)
    request.session.pop(ASKED, None)
    answer: HttpResponse = perform_login(request, user, email=user.email)
    return answer


def _try_again(request: HttpRequest, asked: dict[str, Any], form: EnterCode) -> HttpResponse:
    if asked["tries"] > 0:
        request.session[ASKED] = asked
        form.add_error("code", _t("That is not the code of our latest message."))
    else:
        del request.session[ASKED]
        form.add_error("code", _t("This code is not good any more. Ask for a new one."))
    return _shown(request, "portal/enter_code.html", form)


def _shown(request: HttpRequest, template: str, form: forms.Form) -> HttpResponse:
    context = {
        "form": form,
        "minutes": GOOD_MINUTES,
        "is_over": form.is_bound and ASKED not in request.session,
    }
    return render(request, template, context, status=422 if form.errors else 200)
