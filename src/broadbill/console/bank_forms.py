"""Forms by which a bank line that waits is decided."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class AssignLine(forms.Form):
    """Whose payment it is; the likeliest account stands there already."""

    def __init__(self, *args: Any, likeliest: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial = {"account": likeliest}
        self.fields["account"] = forms.CharField(label=_("Account number"), max_length=64)


class IgnoreLine(forms.Form):
    """Why it is no customer's payment."""

    note = forms.CharField(label=_("Why it is no customer's payment"), max_length=200)


class SettleFinding(forms.Form):
    """What became of a finding."""

    note = forms.CharField(label=_("What became of it"), max_length=200)
