"""Passkeys: signing in with one, adding one, removing one. django-allauth runs the ceremonies (WebAuthn)."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ReauthenticateForm
from allauth.account.views import ReauthenticateView
from allauth.mfa.webauthn.forms import SignupWebAuthnForm
from allauth.mfa.webauthn.views import AddWebAuthnView, LoginWebAuthnView, RemoveWebAuthnView
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, resolve_url
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from broadbill.identity.adapters.passkeys import forget_passkey, keep_passkey, offer_passkey
from broadbill.identity.domain.devices import device_words
from broadbill.identity.permissions import for_customers_in_person, for_everyone
from broadbill.portal.customer import Looking, looking

LONGEST_NAME = 100


class NewPasskey(SignupWebAuthnForm):
    """The browser fills in `credential`."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["name"] = forms.CharField(
            label=_("What do you call it?"),
            help_text=_("So that you know it in the list."),
            max_length=LONGEST_NAME,
            required=False,
        )

    def clean(self) -> dict[str, Any]:
        """Raises: ValidationError, also where the browser's answer is to another offer than ours."""
        try:
            checked: dict[str, Any] = super().clean()
        except ValidationError as refusal:
            raise ValidationError(_t("That did not work. Please try again.")) from refusal
        return checked


class Theirs:
    """A page of the customer's own, in the account's language from before anything is said."""

    who: Looking

    def setup(self, request: HttpRequest, *args: Any, **more: Any) -> None:
        super().setup(request, *args, **more)  # type: ignore[misc]  # a view's, beside which this stands
        self.who = looking(request)

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**more)  # type: ignore[misc]  # the same
        return {**context, "who": self.who}


class AddPasskey(Theirs, AddWebAuthnView):
    template_name = "portal/add_passkey.html"
    form_class = NewPasskey

    def get_initial(self) -> dict[str, Any]:
        device = device_words(self.request.headers.get("User-Agent", ""))
        return {"name": device} if device else {}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        # In this order: offering makes what was offered before worthless, and allauth's offer asks for less.
        return {**super().get_context_data(**more), "js_data": offer_passkey(self.request)}

    def form_valid(self, form: Any) -> HttpResponse:
        given = form.cleaned_data
        keep_passkey(self.request, name=given["name"], credential=given["credential"])
        messages.success(self.request, _t("The passkey is added. Use it the next time you sign in."))
        return redirect("portal:details")


class RemovePasskey(Theirs, RemoveWebAuthnView):
    template_name = "portal/remove_passkey.html"

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return {**super().get_context_data(**more), "name": self.object.wrap().name}

    def form_valid(self, _form: Any) -> HttpResponse:
        name = self.object.wrap().name
        forget_passkey(self.request, self.object)
        messages.success(self.request, _t("%s is removed.") % name)
        return redirect("portal:details")


class ConfirmPassword(ReauthenticateForm):
    password = forms.CharField(
        label=_("Password"), widget=forms.PasswordInput({"autocomplete": "current-password"})
    )

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if not self.user.check_password(password):
            raise ValidationError(_t("That is not your password."))
        return password


class Confirm(Theirs, ReauthenticateView):
    """Before a way in is added or removed, unless it was confirmed a few minutes ago. Guessing is slowed down."""

    template_name = "portal/question.html"
    form_class = ConfirmPassword

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        shown = {
            "title": _t("Is it you?"),
            "below": _t("You are about to change how you sign in."),
            "verb": _t("Go on"),
            "username": self.request.user.email,
            "back": _t("My details"),
            "back_href": self.get_default_success_url(),
        }
        return {**super().get_context_data(**more), **shown}

    def get_default_success_url(self) -> str:
        return str(resolve_url("portal:details"))


class SignInByPasskey(LoginWebAuthnView):
    """The page of sign-in asks here what its script needs, and sends the browser's answer."""

    def get(self, request: HttpRequest, *args: Any, **more: Any) -> HttpResponse:
        answer: HttpResponse = super().get(request, *args, **more)
        return answer if isinstance(answer, JsonResponse) else redirect("portal:sign_in")

    def form_invalid(self, _form: Any) -> HttpResponse:
        messages.error(self.request, _t("That passkey is not known here. Sign in another way."))
        return redirect("portal:sign_in")


add_passkey = for_customers_in_person(AddPasskey.as_view())
remove_passkey = for_customers_in_person(RemovePasskey.as_view())
confirm = for_customers_in_person(Confirm.as_view())
sign_in_by_passkey = for_everyone(SignInByPasskey.as_view())
