"""The customer's way in: by password, by a mailed link where there is none, and out again."""

from __future__ import annotations

from typing import Any

from allauth.account.views import LoginView, LogoutView
from allauth.core import ratelimit
from django.conf import settings
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.views import PasswordResetConfirmView
from django.forms import EmailField, Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods
from django.views.i18n import set_language

from broadbill.accounts.operations.viewers import mail_new_link
from broadbill.identity.adapters.sessions import note_session
from broadbill.identity.operations.customers import set_customer_password
from broadbill.identity.permissions import for_customers_in_person, for_everyone
from broadbill.portal.demo import demo_customer


class AskForLink(Form):
    email = EmailField(label=_("E-mail"))


class ChoosePassword(SetPasswordForm):
    """Django's form, its rules and its words; what is saved goes through the operation, which keeps the event."""

    def save(self, commit: bool = True) -> Any:  # noqa: ARG002  # Django's signature
        return set_customer_password(
            user_id=self.user.pk,
            password=self.cleaned_data["new_password1"],
            actor=self.user.actor,
            now=timezone.now(),
        )


class OwnPassword(PasswordResetConfirmView):
    """Who came by a mailed link chooses a password and is signed in. Links for staff are not made, nor taken."""

    template_name = "portal/password.html"
    form_class = ChoosePassword
    success_url = reverse_lazy("portal:home")
    post_reset_login = True

    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        note_session(self.request)
        return answer

    def get_user(self, uidb64: str) -> Any:
        user = super().get_user(uidb64)
        return user if user is not None and user.is_customer and user.is_active else None


class SignIn(LoginView):
    """The same way in as the staff's, with its limits on guessing, in the portal's words."""

    template_name = "portal/sign_in.html"

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**more),
            "may_ask_for_link": bool(settings.PUBLIC_URL),
            "demo": demo_customer(),
        }


# Django's own: a cookie, and back to the page.
choose_language = for_everyone(set_language)
sign_in = for_everyone(SignIn.as_view())
set_password = for_everyone(OwnPassword.as_view())
sign_out = for_customers_in_person(LogoutView.as_view(template_name="portal/sign_out.html"))


@for_everyone
@require_http_methods(["GET", "POST"])
def new_link(request: HttpRequest) -> HttpResponse:
    """The answer is the same for every address: nobody learns here who is a customer.

    Links lead to the address that the operator has set, never to one that a request names.
    """
    if not settings.PUBLIC_URL:
        raise Http404
    form = AskForLink(request.POST if request.method == "POST" else None)
    is_asked = form.is_valid()
    if is_asked:
        email = form.cleaned_data["email"]
        if limited := ratelimit.consume_or_429(request, action="reset_password", key=email.lower()):
            return limited
        mail_new_link(email=email, site=settings.PUBLIC_URL, now=timezone.now())
    return render(
        request,
        "portal/new_link.html",
        {"form": form, "is_asked": is_asked},
        status=422 if form.errors else 200,
    )
