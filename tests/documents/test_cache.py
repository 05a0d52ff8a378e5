"""Finished PDFs on disk: whole or absent."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from broadbill.documents.operations.cache import DocumentNotStored, stored_pdf
from broadbill.documents.operations.render import render_pdf
from tests.documents.sheets import invoice


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


class TestStoredPdf:
    def test_makes_each_document_once(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        first = stored_pdf(sheet=invoice(), folder=tmp_path)
        monkeypatch.setattr(
            "broadbill.documents.operations.cache.compiled", lambda *_: pytest.fail("made again")
        )

        second = stored_pdf(sheet=invoice(), folder=tmp_path)

        assert second == first
        assert first.content == render_pdf(invoice())
        assert files_in(tmp_path) == [first.path]

    def test_keeps_documents_apart_that_differ_in_anything(self, tmp_path: Path) -> None:
        paths = {
            stored_pdf(sheet=sheet, folder=tmp_path).path
            for sheet in (
                invoice(),
                invoice(language="en"),
                invoice(number="2026-004513"),
                invoice(notes=("x",)),
            )
        }

        assert len(paths) == 4

    def test_makes_a_torn_file_again(self, tmp_path: Path) -> None:
        path = stored_pdf(sheet=invoice(), folder=tmp_path).path
        path.write_bytes(b"%PDF-1.7 half")

        again = stored_pdf(sheet=invoice(), folder=tmp_path)

        assert again.content == path.read_bytes() == render_pdf(invoice())

    def test_says_so_when_the_disk_is_full(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(*_args: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(Path, "replace", full)

        with pytest.raises(
            DocumentNotStored, match=r"2026-004512 cannot be stored in .*: No space left on device"
        ):
            stored_pdf(sheet=invoice(), folder=tmp_path)
        assert files_in(tmp_path) == []

    def test_says_so_when_the_folder_is_no_folder(self, tmp_path: Path) -> None:
        (tmp_path / "documents").write_text("a file in the way")

        with pytest.raises(DocumentNotStored, match="cannot be stored in"):
            stored_pdf(sheet=invoice(), folder=tmp_path / "documents")
