"""Forms by which files come in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from broadbill.core.errors import DomainError
from broadbill.imports.adapters.map_file import map_of_octets
from broadbill.imports.domain.upload import OCTETS_AT_MOST, Kind
from broadbill.imports.operations.uploads import NewUpload
from broadbill.imports.queries.uploads import MapRead

MAP_OCTETS_AT_MOST = 1024 * 1024


def _checked_size(file: UploadedFile) -> UploadedFile:
    if file.size is not None and file.size > OCTETS_AT_MOST:
        raise ValidationError(
            _("This is more than %s MB: import it with the command.") % (OCTETS_AT_MOST // 1024**2)
        )
    return file


class CustomersFile(forms.Form):
    """A list of customers, and what its columns mean: our own names, a map, or the map of an earlier import."""

    file = forms.FileField(label=_("File"), help_text=_("CSV, its first line names the columns."))
    map = forms.FileField(
        label=_("Map"),
        required=False,
        help_text=_("A TOML file that says what the columns mean, where they have other names than ours."),
    )

    def __init__(self, *args: Any, used: Sequence[MapRead], may_make_plans: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self._used = {str(one.upload): one for one in used}
        self._may_make_plans = may_make_plans
        if used:
            named = [(str(one.upload), one.name) for one in used]
            self.fields["used_map"] = forms.ChoiceField(
                label=_("Or the map of an earlier import"),
                required=False,
                choices=[("", _("none")), *named],
            )

    def clean_file(self) -> UploadedFile:
        return _checked_size(self.cleaned_data["file"])

    def clean_map(self) -> tuple[str, str]:
        """The map's name and text; both empty without one."""
        file: UploadedFile | None = self.cleaned_data["map"]
        if file is None:
            return "", ""
        if file.size is None or file.size > MAP_OCTETS_AT_MOST:
            raise ValidationError(_("This is too long for a map."))
        octets = file.read()
        name = str(file.name)
        self._refuse_what_cannot_be(octets, name)
        return name, octets.decode("utf-8-sig")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        used = self._used.get(given.get("used_map", ""))
        if used and any(given.get("map", ())):
            self.add_error("used_map", _("Choose one map."))
        elif used:
            given["map"] = (used.name, used.text)
            try:
                self._refuse_what_cannot_be(used.text.encode(), used.name)
            except ValidationError as error:
                self.add_error("used_map", error)
        return given

    def upload(self) -> NewUpload:
        """What was brought, of a form that is good."""
        name, text = self.cleaned_data["map"]
        return NewUpload(
            kind=Kind.CUSTOMERS, file=str(self.cleaned_data["file"].name), map_name=name, map=text
        )

    def _refuse_what_cannot_be(self, octets: bytes, name: str) -> None:
        try:
            parsed = map_of_octets(octets, name=name)
        except DomainError as refusal:
            raise ValidationError(str(refusal)) from refusal
        # Else whoever may import could put prices into the catalog.
        if parsed.plans and not self._may_make_plans:
            raise ValidationError(
                _("This map brings plans along, and your role may not change the catalog. Leave [plans] out.")
            )


class UsageFile(forms.Form):
    """What a meter counted, or a switch or collector that is set up as a source."""

    file = forms.FileField(label=_("File"), help_text=_("CSV or JSON lines; of a source, what it gives out."))

    def __init__(self, *args: Any, sources: Sequence[str], **options: Any) -> None:
        super().__init__(*args, **options)
        if sources:
            self.fields["source"] = forms.ChoiceField(
                label=_("Source"),
                required=False,
                choices=[("", _("none: columns with our own names")), *((code, code) for code in sources)],
            )

    def clean_file(self) -> UploadedFile:
        return _checked_size(self.cleaned_data["file"])

    def upload(self) -> NewUpload:
        """What was brought, of a form that is good."""
        given = self.cleaned_data
        return NewUpload(kind=Kind.USAGE, file=str(given["file"].name), source=given.get("source", ""))
