"""Lists as files: CSV that is sent while it is read, so that its length does not matter."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse

# A page of a file is read in one go: more rows than a page on the screen, few enough to hold.
ROWS_AT_A_TIME = 500


def wants_file(request: HttpRequest) -> bool:
    """Whether the address asks for the list as a file: `as=csv`."""
    return request.GET.get("as") == "csv"


def list_file(name: str, rows: Iterable[object], columns: Mapping[str, str]) -> StreamingHttpResponse:
    """Rows of a list as a file: the heads of the columns, each with the field it shows, such as `amount.currency.code`.

    What is not known is empty.
    """
    fields = [attrgetter(path) for path in columns.values()]
    return csv_file(name, tuple(columns), ([_shown(field(row)) for field in fields] for row in rows))


def every_row(read: Callable[..., Any], *, key: str = "after", **asked: Any) -> Iterator[Any]:
    """All rows of a list that is read by pages: each begins behind the `next_key` of the one before."""
    page = read(**asked)
    yield from page.rows
    while page.next_key:
        page = read(**asked, **{key: page.next_key})
        yield from page.rows


def every_row_by_id(read: Callable[..., Sequence[Any]]) -> Iterator[Any]:
    """All rows of a list that is read by `after`, an id, and `limit`."""
    after = 0
    while rows := read(after=after, limit=ROWS_AT_A_TIME):
        yield from rows
        after = rows[-1].id


def _shown(value: object) -> object:
    return "" if value is None else value


class _Echo:
    """Gives back each row that the writer of the standard library writes."""

    def write(self, text: str) -> str:
        return text


def csv_file(name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """A file of that name. What a spreadsheet would take for a formula is marked as text."""
    writer = csv.writer(_Echo())

    def lines() -> Iterator[str]:
        yield writer.writerow(head)
        for row in rows:
            yield writer.writerow([_harmless(str(cell)) for cell in row])

    return StreamingHttpResponse(
        lines(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def _harmless(cell: str) -> str:
    """`=1+1` typed as a name must not be worked out when the file is opened; a negative number stays one."""
    is_number = cell.lstrip("-").replace(".", "", 1).isdigit()
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") and not is_number else cell
