"""`broadbill pdf`: a document on paper."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from broadbill.cli.files import write_file


def pdf(
    document: Annotated[str, typer.Argument(help="The document's number, e.g. 2026-000123.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to write it; - is standard output.")
    ] = None,
) -> None:
    """Write a document's PDF, by default as NUMBER.pdf in the current folder."""
    from broadbill.cli.session import open_session

    open_session()
    from django.conf import settings

    from broadbill.billing.queries.sheets import sheet_of
    from broadbill.documents.operations.cache import stored_pdf

    content = stored_pdf(sheet=sheet_of(document), folder=Path(settings.DOCUMENTS_FOLDER)).content
    if output == Path("-"):
        sys.stdout.buffer.write(content)
        return
    target = output or Path(f"{document}.pdf")
    write_file(target, content)
    print(target)
