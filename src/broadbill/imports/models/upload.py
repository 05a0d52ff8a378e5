from __future__ import annotations

from django.db import models

from broadbill.imports.domain.upload import Kind, State


class Upload(models.Model):
    """A file that somebody brought to a page: checked first, imported when they say so. Stays as the import's record.

    `map` is the text of its TOML map; without one the columns have our own names. `source` is usage's. `result` counts
    what it gave, or would give; `refusal` says why the file as a whole cannot be taken.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.TextField(choices=[(kind.value, kind.value) for kind in Kind])
    file = models.TextField()
    octets = models.BigIntegerField(default=0)
    map_name = models.TextField(blank=True, default="")
    map = models.TextField(blank=True, default="")
    source = models.TextField(blank=True, default="")
    state = models.TextField(choices=[(state.value, state.value) for state in State])
    result = models.JSONField(default=dict)
    refusal = models.TextField(blank=True, default="")
    problems = models.BigIntegerField(default=0)
    asked_by = models.TextField()
    asked_at = models.DateTimeField()
    # Who said that it is to be imported, or thrown away.
    decided_by = models.TextField(blank=True, default="")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["asked_at"],
                condition=~models.Q(state__in=[State.IMPORTED, State.DISCARDED]),
                name="imports_upload_open",
            )
        ]

    def __str__(self) -> str:
        return f"import {self.id}"


class UploadPart(models.Model):
    """A piece of the file, which every worker can read wherever it runs. Forgotten when the import has ended."""

    id = models.BigAutoField(primary_key=True)
    upload = models.ForeignKey(Upload, models.PROTECT, related_name="parts")
    position = models.IntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["upload", "position"], name="imports_uploadpart_position")
        ]

    def __str__(self) -> str:
        return f"{self.upload_id}/{self.position}"


class RowProblem(models.Model):
    """Why a row cannot be taken. Written aside, so that it stands when the import is taken back."""

    id = models.BigAutoField(primary_key=True)
    upload = models.ForeignKey(Upload, models.PROTECT, related_name="row_problems")
    line = models.BigIntegerField()
    column = models.TextField(blank=True)
    value = models.TextField(blank=True)
    reason = models.TextField()

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


class Progress(models.Model):
    """How far the work on a file is. A row of its own, written aside while the upload's is locked.

    `done` of `total` are octets or rows; 0 in all is not known yet.
    """

    upload = models.OneToOneField(Upload, models.PROTECT, primary_key=True, related_name="progress")
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    rows = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.done} of {self.total}"
