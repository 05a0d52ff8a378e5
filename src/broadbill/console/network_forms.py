"""Forms about the network: access servers, sites and devices, pools, incidents, and who had an address."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

MOMENT = "%Y-%m-%dT%H:%M"
VENDORS = {
    "mikrotik": "MikroTik",
    "cisco": "Cisco",
    "juniper": "Juniper",
    "huawei": "Huawei",
    "ubiquiti": "Ubiquiti",
    "wispr": _("Another (WISPr)"),
}
POOL_KINDS = {
    "ipv4": _("IPv4 addresses"),
    "delegated_prefix": _("IPv6 prefixes that customers' routers hand on"),
    "link_prefix": _("IPv6 prefixes of the link"),
}


class MomentField(forms.DateTimeField):
    """A day and a time of the provider's own, to the second."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateTimeInput({"type": "datetime-local", "step": "1"}, format=MOMENT)
        formats = [MOMENT, "%Y-%m-%dT%H:%M:%S"]
        super().__init__(widget=widget, input_formats=formats, **options)


class SetServer(forms.Form):
    """An access server. Its secret is never shown: left empty on a change, it stays."""

    def __init__(self, data: Any, *, first: dict[str, Any], is_new: bool) -> None:
        super().__init__(data, initial={"coa_port": 3799} | first)
        self.fields["name"] = forms.CharField(label=_("Name"), max_length=60, disabled=not is_new)
        self.fields["address"] = forms.CharField(
            label=_("IP address"), max_length=45, help_text=_("From which it asks FreeRADIUS.")
        )
        self.fields["vendor"] = forms.ChoiceField(label=_("Vendor"), choices=list(VENDORS.items()))
        self.fields["secret"] = forms.CharField(
            label=_("RADIUS secret"),
            required=is_new,
            max_length=64,
            help_text=_("8 to 64 characters, the same as in the server.")
            if is_new
            else _("Empty: as it is."),
            widget=forms.PasswordInput({"autocomplete": "new-password"}),
        )
        self.fields["site"] = forms.CharField(label=_("Where it stands"), max_length=60, required=False)
        self.fields["coa_port"] = forms.IntegerField(label=_("CoA port"), min_value=1, max_value=65_535)


class SetSite(forms.Form):
    """A place, itself part of a larger one or not."""

    def __init__(self, data: Any, *, first: dict[str, Any], sites: Iterable[str], is_new: bool) -> None:
        super().__init__(data, initial=first)
        self.fields["code"] = forms.SlugField(
            label=_("Code"), max_length=60, disabled=not is_new, help_text=_("Short and lasting, e.g. hill.")
        )
        self.fields["name"] = forms.CharField(label=_("Name"), max_length=80)
        self.fields["parent"] = _one_of(_("Part of"), sites, nothing=_("Nothing larger"))


class SetDevice(forms.Form):
    """Something at a site that services hang under."""

    def __init__(
        self,
        data: Any,
        *,
        first: dict[str, Any],
        sites: Iterable[str],
        servers: Iterable[str],
        devices: Iterable[str],
        is_new: bool,
    ) -> None:
        super().__init__(data, initial=first)
        self.fields["code"] = forms.SlugField(
            label=_("Code"), max_length=60, disabled=not is_new, help_text=_("E.g. hill-sector-2.")
        )
        self.fields["site"] = forms.ChoiceField(label=_("At"), choices=[(one, one) for one in sites])
        self.fields["nas"] = _one_of(
            _("Access server that it is"), servers, nothing=_("None"), words=_("Its sessions hang under it.")
        )
        self.fields["uplink"] = _one_of(_("Connected by"), devices, nothing=_("Nothing of ours"))


class AddPool(forms.Form):
    """A range to give out of."""

    code = forms.SlugField(label=_("Name"), max_length=60, help_text=_("E.g. north-v4."))
    network = forms.CharField(
        label=_("Range"), max_length=49, help_text=_("E.g. 198.51.100.0/24 or 2001:db8::/32.")
    )
    kind = forms.ChoiceField(
        label=_("Of"), choices=list(POOL_KINDS.items()), initial="ipv4", widget=forms.RadioSelect
    )
    piece_length = forms.IntegerField(
        label=_("Length of one prefix"), required=False, min_value=1, max_value=128,
        help_text=_("IPv6 alone; empty: 56 handed on, 64 of the link."),
    )  # fmt: skip
    kept_back = forms.IntegerField(
        label=_("Kept back from the beginning"),
        initial=0,
        min_value=0,
        help_text=_("For routers and gateways."),
    )


class Declare(forms.Form):
    """That a site or a device is out."""

    CREDITS = {
        "": _("Nothing"),
        "day": _("A day's price for each day begun"),
        "hour": _("An hour's price for each hour begun"),
        "steps": _("A share of the period's price by its length"),
    }

    def __init__(self, data: Any, *, sites: Iterable[tuple[str, str]], devices: Iterable[str]) -> None:
        super().__init__(data, initial={"starts_at": timezone.localtime().strftime(MOMENT), "credit": "day"})
        places = [
            (
                _("Sites, with all that is there"),
                [(f"site:{code}", f"{name} ({code})") for code, name in sites],
            ),
            (_("Devices, with what hangs under"), [(f"device:{code}", code) for code in devices]),
        ]
        self.fields["place"] = forms.ChoiceField(label=_("What is out"), choices=places)
        self.fields["starts_at"] = MomentField(label=_("Since"))
        self.fields["cause"] = forms.CharField(
            label=_("What happened"), max_length=140, help_text=_("Customers read it.")
        )
        self.fields["credit"] = forms.ChoiceField(
            label=_("What is given back"),
            choices=list(self.CREDITS.items()),
            required=False,
            help_text=_("Proposed when it is over, and given once somebody agrees."),
        )
        self.fields["steps"] = forms.CharField(
            label=_("Shares"), required=False, help_text=_("From minutes on, percent: 240:10, 1440:50")
        )
        self.fields["min_minutes"] = forms.IntegerField(
            label=_("Nothing for less than"), required=False, min_value=1
        )

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        if told.get("credit") == "steps" and not told.get("steps"):
            self.add_error("steps", _("Say from how many minutes on how many percent."))
        return told

    def clean_steps(self) -> list[dict[str, str]]:
        """Minutes and percent, as an outage's rule has them."""
        steps = []
        for part in filter(None, (part.strip() for part in self.cleaned_data["steps"].split(","))):
            minutes, colon, percent = (piece.strip() for piece in part.partition(":"))
            if not (colon and minutes.isdigit() and percent.replace(".", "", 1).isdigit()):
                raise ValidationError(_("Write minutes, a colon and percent, such as 240:10."))
            steps.append({"from_minutes": minutes, "percent": percent})
        return steps

    def place(self) -> dict[str, str]:
        kind, _colon, code = self.cleaned_data["place"].partition(":")
        return {kind: code}

    def rule(self) -> dict[str, Any]:
        """The rule for credit, as an outage has it; empty: nothing."""
        told = self.cleaned_data
        if not told["credit"]:
            return {}
        found: dict[str, Any] = (
            {"steps": told["steps"]} if told["credit"] == "steps" else {"per": told["credit"]}
        )
        return found | ({"min_minutes": told["min_minutes"]} if told["min_minutes"] else {})


class Over(forms.Form):
    """When an incident was over."""

    def __init__(self, data: Any) -> None:
        super().__init__(data, initial={"ends_at": timezone.localtime().strftime(MOMENT)})
        self.fields["ends_at"] = MomentField(label=_("Over since"))


class GiveCredit(forms.Form):
    """How an incident's credit is given."""

    HOW = {
        "bill": _("With the next bills"),
        "refund": _("At once: bills are corrected, and what was paid goes back"),
    }

    def __init__(self, data: Any, *, may_refund: bool) -> None:
        super().__init__(data, initial={"how": "bill"})
        how = self.HOW if may_refund else {"bill": self.HOW["bill"]}
        self.fields["how"] = forms.ChoiceField(
            label=_("How"), choices=list(how.items()), widget=forms.RadioSelect
        )


class WhoHad(forms.Form):
    """An address, an instant, and on whose request it is asked."""

    def __init__(self, data: Any) -> None:
        super().__init__(data, initial={"at": timezone.localtime().strftime(MOMENT)})
        self.fields["address"] = forms.CharField(
            label=_("IPv4 or IPv6 address"), max_length=45, widget=forms.TextInput({"autocomplete": "off"})
        )
        self.fields["at"] = MomentField(label=_("When"))
        self.fields["request"] = forms.CharField(
            label=_("Request"),
            max_length=140,
            help_text=_("Authority and file number. The question is on record."),
        )


def _one_of(label: Any, codes: Iterable[str], *, nothing: Any, words: Any = "") -> forms.ChoiceField:
    choices = [("", nothing), *((code, code) for code in codes)]
    return forms.ChoiceField(label=label, choices=choices, required=False, help_text=words)
