"""Sources of usage, the files that came from them, and what waits for an owner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import TextField, Value
from django.db.models.functions import Coalesce

from broadbill.usage.domain.errors import SourceUnknown
from broadbill.usage.models import Source, TakenFile

SOURCES = """
SELECT source.code, count(file.id), coalesce(sum(file.stored), 0), max(file.taken_at)
FROM usage_source AS source LEFT JOIN usage_takenfile AS file ON file.source_id = source.id
GROUP BY source.id ORDER BY source.code
"""
ASIDE = """
SELECT source.code, aside.by, array_to_string(aside.name, '/'), count(*), min(aside.starts_at), max(aside.ends_at)
FROM usage_aside AS aside JOIN usage_source AS source ON source.id = aside.source_id
WHERE aside.settled_at IS NULL
GROUP BY source.code, aside.by, aside.name ORDER BY count(*) DESC, source.code, aside.name LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class SourceRead:
    code: str
    map: Mapping[str, Any]
    files: int
    records: int
    last_taken_at: datetime | None


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file that was taken in; `source` is empty where its columns are our own."""

    source: str
    name: str
    stored: int
    repeated: int
    skipped: int
    aside: int
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class AsideRead:
    """A name that nobody, or not one alone, had when it was used, and how many records wait for it."""

    source: str
    by: str
    name: str
    records: int
    starts_at: datetime
    ends_at: datetime


def sources() -> list[SourceRead]:
    """All by code. Two queries."""
    maps = dict(Source.objects.values_list("code", "map"))
    with connection.cursor() as cursor:
        cursor.execute(SOURCES)
        return [
            SourceRead(code, maps[code], files, records, last)
            for code, files, records, last in cursor.fetchall()
        ]


def files_taken(*, limit: int) -> list[FileRead]:
    """Latest first. One query."""
    files = TakenFile.objects.annotate(
        code=Coalesce("source__code", Value(""), output_field=TextField())
    ).order_by("-id")
    told = files.values_list("code", "name", "stored", "repeated", "skipped", "aside", "taken_at")
    return [FileRead(*row) for row in told[:limit]]


def source_coded(code: str) -> Source:
    """Raises: SourceUnknown."""
    found = Source.objects.filter(code=code).first()
    if found is None:
        raise SourceUnknown(source=code)
    return found


def aside(*, limit: int) -> list[AsideRead]:
    """Those with most records first. One query."""
    with connection.cursor() as cursor:
        cursor.execute(ASIDE, [limit])
        return [AsideRead(*row) for row in cursor.fetchall()]
