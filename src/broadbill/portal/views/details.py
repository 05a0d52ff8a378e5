"""A customer's own details: where bills go, whom to reach, language, consents, letters, password."""

from __future__ import annotations

from typing import Any

from allauth.core import ratelimit
from babel import Locale
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm, SetPasswordForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from broadbill.accounts.domain.choices import OPTIONAL_LETTERS, ConsentKind
from broadbill.accounts.domain.new_account import NewContact
from broadbill.accounts.operations.change_profile import change_profile
from broadbill.accounts.operations.choices import choose_letters, give_consent, withdraw_consent
from broadbill.accounts.operations.contacts import add_contact, change_contact, remove_contact
from broadbill.accounts.queries.choices import KnownContact, consents_of, contacts_of, letters_wanted
from broadbill.accounts.queries.customers import postal_details
from broadbill.core.errors import DomainError
from broadbill.identity.operations.customers import set_customer_password
from broadbill.identity.permissions import for_customers, for_customers_in_person
from broadbill.identity.queries.second_factors import second_factors_of
from broadbill.portal import words
from broadbill.portal.customer import Looking, looking
from broadbill.support.domain.topics import Topic
from broadbill.support.operations.tickets import NewTicket, open_ticket

ASKING = require_http_methods(["GET", "POST"])


class Address(forms.Form):
    """Not the name, which is whose contract it is, nor the region, which decides the tax."""

    street = forms.CharField(label=_("Street and number"), max_length=200)
    postcode = forms.CharField(label=_("Postcode"), max_length=20, required=False)
    city = forms.CharField(label=_("Town"), max_length=100)
    email = forms.EmailField(
        label=_("E-mail for bills"), required=False, help_text=_("Without one, bills come on paper.")
    )


class Person(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(label=_("E-mail"), required=False)
    phone = forms.RegexField(label=_("Telephone"), regex=r"^[0-9 +()/.\-]*$", max_length=40, required=False)
    receives_bills = forms.BooleanField(label=_("Gets bills and letters by e-mail, too"), required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("receives_bills") and not given.get("email"):
            self.add_error("email", _t("Write an address to which bills can go."))
        return given


@for_customers
@require_GET
def details(request: HttpRequest) -> HttpResponse:
    who = looking(request)
    account_id = who.customer.id
    given = consents_of(account_id)
    now_given = {one.kind for one in given if one.withdrawn_at is None}
    wanted = letters_wanted(account_id)
    context = {
        "who": who,
        "contacts": contacts_of(account_id),
        "consents": [
            (kind.value, words.CONSENTS[kind.value], kind.value in now_given) for kind in ConsentKind
        ],
        "history": given,
        "letters": [(letter, words.LETTERS[letter], letter in wanted) for letter in OPTIONAL_LETTERS],
        "languages": _languages(who.customer.language),
        "passkeys": second_factors_of(request.user.pk or 0).passkeys,
        "is_checked": settings.DETAILS_ARE_CHECKED,
    }
    return render(request, "portal/details.html", context)


@for_customers
@ASKING
def address(request: HttpRequest) -> HttpResponse:
    """Changed at once, or asked for by a ticket where the operator wants to look at it first."""
    who = looking(request)
    known = postal_details(who.customer.id)
    form = Address(request.POST or None, initial=known)
    if form.is_valid():
        changes = {key: value for key, value in form.cleaned_data.items() if value != known[key]}
        if not changes:
            return redirect("portal:details")
        if settings.DETAILS_ARE_CHECKED:
            return _ask_for(request, who, changes)
        change_profile(account_id=who.customer.id, changes=changes, now=timezone.now(), actor=who.actor)
        messages.success(request, _t("Changed. Your next bill goes there."))
        return redirect("portal:details")
    below = _t("We look at it before we change it.") if settings.DETAILS_ARE_CHECKED else ""
    return _asked(request, who, form, title=_t("Where bills go"), verb=_t("Save"), below=below)


def _ask_for(request: HttpRequest, who: Looking, changes: dict[str, str]) -> HttpResponse:
    ticket = NewTicket(
        account_id=who.customer.id,
        topic=Topic.DETAILS,
        subject=_t("New address for bills"),
        body="\n".join(value for value in changes.values() if value) or _t("New address for bills"),
        by_customer=True,
        wanted=changes,
    )
    number = open_ticket(ticket=ticket, now=timezone.now(), actor=who.actor)
    messages.success(request, _t("Thank you. We look at it and tell you."))
    return redirect("portal:ticket", number)


@for_customers
@ASKING
def new_contact(request: HttpRequest) -> HttpResponse:
    who = looking(request)
    form = Person(request.POST or None)
    if form.is_valid():
        contact = NewContact(**form.cleaned_data)
        add_contact(account_id=who.customer.id, contact=contact, now=timezone.now(), actor=who.actor)
        return redirect("portal:details")
    return _asked(request, who, form, title=_t("Add a person"), verb=_t("Add"))


@for_customers
@ASKING
def contact(request: HttpRequest, number: int) -> HttpResponse:
    who = looking(request)
    known = _theirs(who, number)
    first = {
        "name": known.name,
        "email": known.email,
        "phone": known.phone,
        "receives_bills": known.receives_bills,
    }
    form = Person(request.POST or None, initial=first)
    if form.is_valid():
        change_contact(
            account_id=who.customer.id,
            contact_id=number,
            contact=NewContact(role=known.role, **form.cleaned_data),
            now=timezone.now(),
            actor=who.actor,
        )
        return redirect("portal:details")
    return _asked(request, who, form, title=known.name, verb=_t("Save"))


@for_customers
@ASKING
def remove(request: HttpRequest, number: int) -> HttpResponse:
    who = looking(request)
    known = _theirs(who, number)
    if request.method == "POST":
        remove_contact(account_id=who.customer.id, contact_id=number, now=timezone.now(), actor=who.actor)
        messages.success(request, _t("%s is removed.") % known.name)
        return redirect("portal:details")
    below = _t("Nothing is sent to this person any more.")
    return _asked(
        request, who, forms.Form(), title=_t("Remove %s?") % known.name, verb=_t("Remove"), below=below
    )


@for_customers
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Of these pages, of bills and of letters."""
    who = looking(request)
    chosen = request.POST.get("language", "")
    if chosen not in dict(settings.LANGUAGES):
        raise Http404
    if chosen != who.customer.language:
        change_profile(
            account_id=who.customer.id, changes={"language": chosen}, now=timezone.now(), actor=who.actor
        )
    back = redirect("portal:details")
    # For the pages of nobody on this device: the page of sign-in, the one without a network.
    back.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        chosen,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        samesite="Lax",
        secure=request.is_secure(),
    )
    return back


@for_customers
@require_POST
def consent(request: HttpRequest, kind: str) -> HttpResponse:
    """Given or taken back, with one press either way."""
    who = looking(request)
    if kind not in set(ConsentKind):
        raise Http404
    if request.POST.get("says") == "yes":
        give_consent(
            account_id=who.customer.id,
            kind=ConsentKind(kind),
            wording=str(words.CONSENTS[kind]),
            now=timezone.now(),
            actor=who.actor,
        )
    else:
        withdraw_consent(
            account_id=who.customer.id, kind=ConsentKind(kind), now=timezone.now(), actor=who.actor
        )
    return redirect("portal:details")


@for_customers
@require_POST
def letters(request: HttpRequest) -> HttpResponse:
    who = looking(request)
    choose_letters(
        account_id=who.customer.id, wanted=request.POST.getlist("letter"), now=timezone.now(), actor=who.actor
    )
    messages.success(request, _t("Saved."))
    return redirect("portal:details")


@for_customers_in_person
@ASKING
def password(request: HttpRequest) -> HttpResponse:
    """A new one ends all other sessions. Who has none, because they came by mail, gives no old one."""
    who = looking(request)
    user: Any = request.user
    kind = PasswordChangeForm if user.has_usable_password() else SetPasswordForm
    if request.method == "POST" and (limited := ratelimit.consume_or_429(request, action="change_password")):
        return limited
    form = kind(user, request.POST or None)
    if form.is_valid():
        try:
            changed = set_customer_password(
                user_id=user.pk,
                password=form.cleaned_data["new_password1"],
                actor=who.actor,
                now=timezone.now(),
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            update_session_auth_hash(request, changed)
            messages.success(request, _t("Your password is changed. All other devices are signed out."))
            return redirect("portal:details")
    for name, label in words.PASSWORD_FIELDS.items():
        if name in form.fields:
            form.fields[name].label = label
            form.fields[name].help_text = ""
            form.fields[name].widget.attrs.pop("autofocus", None)
    below = _t("At least 12 characters; a few words that only you would put together are good.")
    return _asked(
        request, who, form, title=_t("Choose a password"), verb=_t("Save"), below=below, username=user.email
    )


def _languages(current: str) -> list[tuple[str, str]]:
    """Those that the portal speaks, and the account's own where only letters do."""
    spoken = [(code, str(name)) for code, name in settings.LANGUAGES]
    if current in dict(spoken):
        return spoken
    return [(current, Locale.parse(current, sep="-").get_display_name() or current), *spoken]


def _theirs(who: Looking, number: int) -> KnownContact:
    found = next((one for one in contacts_of(who.customer.id) if one.id == number), None)
    if found is None:
        raise Http404
    return found


def _asked(request: HttpRequest, who: Looking, form: forms.Form, **shown: str) -> HttpResponse:
    context = {
        "who": who,
        "form": form,
        "back": _t("My details"),
        "back_href": reverse("portal:details"),
        **shown,
    }
    return render(request, "portal/question.html", context, status=422 if form.errors else 200)
