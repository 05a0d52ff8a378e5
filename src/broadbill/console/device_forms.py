"""Forms about watched devices and the incidents that they open."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from broadbill.network.operations.watching import SnmpAccess
from broadbill.network.queries.monitoring import Policy

VERSIONS = {"": _("No SNMP"), "v2c": _("SNMPv2c, by a community"), "v3": _("SNMPv3, by a user")}
AUTHENTICATION = {"sha256": "SHA-256", "sha512": "SHA-512", "sha": "SHA-1", "md5": "MD5"}
PRIVACY = {"aes": "AES-128", "aes256": "AES-256", "des": "DES"}
CREDITS = {
    "": _("Nothing"),
    "day": _("A day's price for each day begun"),
    "hour": _("An hour's price for each hour begun"),
    "kept": _("As it is, by steps"),
}


class WatchDevice(forms.Form):
    """Where a device answers, and to what. Its keys are never shown: whoever changes something gives them anew."""

    def __init__(self, data: Any, *, first: dict[str, Any], devices: Iterable[str]) -> None:
        super().__init__(data, initial={"pings": True, "snmp_port": 161} | first)
        self.fields["device"] = forms.ChoiceField(label=_("Device"), choices=[(one, one) for one in devices])
        self.fields["address"] = forms.GenericIPAddressField(label=_("IP address"))
        self.fields["pings"] = forms.BooleanField(label=_("Ping it"), required=False)
        self.fields["snmp"] = forms.ChoiceField(
            label=_("SNMP"), choices=list(VERSIONS.items()), required=False
        )
        self.fields["snmp_port"] = forms.IntegerField(label=_("SNMP port"), min_value=1, max_value=65_535)
        self.fields["community"] = _secret(_("Community"), _("SNMPv2c alone."))
        self.fields["username"] = forms.CharField(label=_("User"), max_length=64, required=False)
        self.fields["authentication"] = forms.ChoiceField(
            label=_("Authentication"), choices=list(AUTHENTICATION.items()), required=False
        )
        self.fields["authentication_password"] = _secret(_("Authentication password"), "")
        self.fields["privacy"] = forms.ChoiceField(
            label=_("Privacy"), choices=list(PRIVACY.items()), required=False
        )
        self.fields["privacy_password"] = _secret(_("Privacy password"), "")

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        needed = {"v2c": ("community",), "v3": ("username", "authentication_password", "privacy_password")}
        for name in needed.get(told.get("snmp", ""), ()):
            if not told.get(name):
                self.add_error(name, _("SNMP needs it."))
        return told

    def access(self) -> SnmpAccess | None:
        told = self.cleaned_data
        if not told["snmp"]:
            return None
        if told["snmp"] == "v2c":
            return SnmpAccess(community=told["community"], port=told["snmp_port"])
        return SnmpAccess(
            username=told["username"],
            authentication=told["authentication"] or "sha256",
            authentication_password=told["authentication_password"],
            privacy=told["privacy"] or "aes",
            privacy_password=told["privacy_password"],
            port=told["snmp_port"],
        )


class ReadInterface(forms.Form):
    """An interface by its name."""

    interface = forms.CharField(
        label=_("Interface"), max_length=255, help_text=_("As the device names it, e.g. ether1.")
    )


class SetPolicy(forms.Form):
    """When silence is an incident, and what is proposed for it."""

    def __init__(self, data: Any, *, policy: Policy) -> None:
        self._kept = policy.credit if policy.credit.get("steps") else {}
        first = {
            "down_after_minutes": policy.down_after_minutes,
            "up_after_minutes": policy.up_after_minutes,
            "reference": policy.reference or "",
            "credit": "kept" if self._kept else policy.credit.get("per", ""),
            "min_minutes": policy.credit.get("min_minutes"),
        }
        super().__init__(data, initial=first)
        self.fields["down_after_minutes"] = forms.IntegerField(
            label=_("Down after silence of"), min_value=1, max_value=1440
        )
        self.fields["up_after_minutes"] = forms.IntegerField(
            label=_("Back after answers for"), min_value=1, max_value=1440
        )
        self.fields["reference"] = forms.GenericIPAddressField(
            label=_("Reference"),
            required=False,
            help_text=_("An address of yours; while it is silent too, nothing is concluded."),
        )
        offered = {key: words for key, words in CREDITS.items() if key != "kept" or self._kept}
        self.fields["credit"] = forms.ChoiceField(
            label=_("What is proposed"), choices=list(offered.items()), required=False
        )
        self.fields["min_minutes"] = forms.IntegerField(
            label=_("Nothing for less than"), required=False, min_value=1
        )

    def rule(self) -> dict[str, Any]:
        """The rule for credit, as an outage has it; empty: nothing."""
        told = self.cleaned_data
        if told["credit"] == "kept":
            return dict(self._kept)
        if not told["credit"]:
            return {}
        least = {"min_minutes": told["min_minutes"]} if told["min_minutes"] else {}
        return {"per": told["credit"], **least}


class MergeInto(forms.Form):
    """The incident that another is part of."""

    def __init__(self, data: Any, *, others: Iterable[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["into"] = forms.ChoiceField(label=_("Part of"), choices=list(others))


def _secret(label: Any, words: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=words,
        max_length=64,
        required=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
