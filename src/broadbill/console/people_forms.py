"""Forms about the staff and their roles."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from broadbill.console.forms import MoneyField
from broadbill.console.permission_words import GROUPS, LETTINGS, ROLES
from broadbill.core.money import Currency, Money
from broadbill.identity.domain.limits import NEEDED, Letting
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.domain.roles import RoleRead


class WhichRoles(forms.Form):
    """The roles of somebody."""

    def __init__(self, data: Any, *, roles: Iterable[RoleRead], held: Iterable[RoleRead] = ()) -> None:
        super().__init__(data, initial={"roles": [role.code for role in held]})
        self.fields["roles"] = forms.MultipleChoiceField(
            label=_("Roles"),
            choices=[(role.code, ROLES.get(role.code, role.title)) for role in roles],
            widget=forms.CheckboxSelectMultiple,
            help_text=_("With several, they may do what any of them allows."),
        )


class Invite(WhichRoles):
    """Somebody new of the staff."""

    email = forms.EmailField(label=_("E-mail"), help_text=_("The link to choose a password goes there."))
    full_name = forms.CharField(
        label=_("Name"), max_length=200, help_text=_("How documents and lists call them.")
    )


class WhatARoleMayDo(forms.Form):
    """Permissions by group, limits of money, and whether a second factor is needed."""

    def __init__(self, data: Any, *, role: RoleRead | None, currency: Currency) -> None:
        may = role.permissions if role else frozenset()
        limits = role.limits if role else {}
        super().__init__(
            data,
            initial={
                "needs_second_factor": role.needs_second_factor if role else False,
                **{f"limit_{letting}": f"{limit:f}" for letting, limit in limits.items()},
                **{
                    f"may_{number}": [p for p in group if p in may]
                    for number, (_n, group) in enumerate(GROUPS)
                },
            },
        )
        if role is None:
            self.fields["title"] = forms.CharField(label=_("Name"), max_length=60)
        for number, (title, group) in enumerate(GROUPS):
            self.fields[f"may_{number}"] = forms.MultipleChoiceField(
                label=str(title),
                choices=[(permission.value, words) for permission, words in group.items()],
                widget=forms.CheckboxSelectMultiple,
                required=False,
            )
        for letting, label in LETTINGS.items():
            self.fields[f"limit_{letting}"] = MoneyField(
                currency=currency,
                label=label,
                required=False,
                help_text=_("Empty: any amount. Above it, somebody else has to agree."),
            )
        self.fields["needs_second_factor"] = forms.BooleanField(
            label=_("Needs a second factor"),
            required=False,
            help_text=_(
                "Who has this role adds a code or a passkey to their sign-in before they do anything."
            ),
        )

    def clean_title(self) -> str:
        title: str = self.cleaned_data["title"]
        if not any(letter.isalpha() for letter in title):
            raise ValidationError(_("Write a name with letters."))
        return title

    def permissions(self) -> list[Permission]:
        given = self.cleaned_data
        return [Permission(one) for number, _group in enumerate(GROUPS) for one in given[f"may_{number}"]]

    def limits(self) -> dict[Letting, Decimal | None]:
        """The limits asked for; nothing of what the role may not do anyway."""
        may = set(self.permissions())
        found: dict[Letting, Decimal | None] = {}
        for letting in Letting:
            amount: Money | None = self.cleaned_data[f"limit_{letting}"]
            found[letting] = amount.amount if amount is not None and NEEDED[letting] in may else None
        return found
