"""Rows come with their line, broken rows are told, and a wrong encoding says where."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadbill.imports.adapters.csv_file import Row, open_csv
from broadbill.imports.adapters.encoding import bad_byte
from broadbill.imports.domain.errors import FileRefused
from broadbill.imports.domain.import_map import FileShape
from broadbill.imports.domain.problem import Problem

IN_UTF_8 = "text in utf-8; if the file is in another encoding, say so under [file] in the map"


def rows_of(path: Path, **shape: object) -> list[Row | Problem]:
    with open_csv(path, FileShape(**shape)) as file:  # type: ignore[arg-type]
        return list(file)


def written(folder: Path, content: bytes | str) -> Path:
    path = folder / "list.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refusal(path: Path, **shape: object) -> str:
    with pytest.raises(FileRefused) as refused:
        rows_of(path, **shape)
    return str(refused.value)


class TestRows:
    def test_come_with_the_line_they_begin_on(self, tmp_path: Path) -> None:
        path = written(tmp_path, 'No,Note\n1,"two\nlines"\n\n2,"three\r\nmore\r\nlines"\r\n3,x\n')

        assert rows_of(path) == [
            Row(2, ["1", "two\nlines"]),
            Row(5, ["2", "three\r\nmore\r\nlines"]),
            Row(8, ["3", "x"]),
        ]

    def test_with_too_few_or_too_many_cells_are_told(self, tmp_path: Path) -> None:
        path = written(tmp_path, "No,Name\n1\n2,Rui\n3,Eva,x\n")

        assert rows_of(path) == [
            Problem(2, "", "1 cells", "2 cells, as the header has"),
            Row(3, ["2", "Rui"]),
            Problem(4, "", "3 cells", "2 cells, as the header has"),
        ]

    def test_with_a_quote_that_never_closes_are_told_where_it_opens(self, tmp_path: Path) -> None:
        path = written(tmp_path, 'No,Name\n1,Ana\n2,"Rui\n3,Eva\n')

        assert rows_of(path) == [
            Row(2, ["1", "Ana"]),
            Problem(3, "", '2,"Rui\n', "a closing quote: a quote opened in this row is never closed"),
        ]

    def test_with_text_after_a_quote_are_told_and_reading_goes_on(self, tmp_path: Path) -> None:
        path = written(tmp_path, 'No,Name\n1,"Ana" Reis\n2,Rui\n')

        assert rows_of(path) == [
            Problem(
                2,
                "",
                '1,"Ana" Reis\n',
                "a delimiter after a closing quote; a quote inside a cell is written twice",
            ),
            Row(3, ["2", "Rui"]),
        ]

    def test_that_an_open_quote_swallowed_are_hinted_at(self, tmp_path: Path) -> None:
        path = written(tmp_path, 'No,Name\n1,"Ana\n2,"Rui"\n3,Eva\n')

        [problem, last] = rows_of(path)

        assert isinstance(problem, Problem)
        assert (problem.line, problem.expected) == (
            2,
            (
                "a delimiter after a closing quote; a quote inside a cell is written twice"
                " (the row reaches line 3: is a quote left open?)"
            ),
        )
        assert last == Row(4, ["3", "Eva"])

    def test_with_an_endless_cell_are_told(self, tmp_path: Path) -> None:
        path = written(tmp_path, 'No,Name\n1,"' + "x" * 140_000 + '"\n2,Rui\n')

        [problem, last] = rows_of(path)

        assert isinstance(problem, Problem)
        assert problem.expected == "a cell of at most 131,072 characters; is a quote left open?"
        assert last == Row(3, ["2", "Rui"])

    def test_with_a_nul_are_told(self, tmp_path: Path) -> None:
        path = written(tmp_path, "No,Name\n1,A\0na\n2,Rui\n")

        assert rows_of(path) == [
            Problem(2, "Name", "a NUL byte", "text; is the file in another encoding, such as utf-16?"),
            Row(3, ["2", "Rui"]),
        ]

    def test_may_be_written_with_other_signs(self, tmp_path: Path) -> None:
        path = written(tmp_path, "exported by hand\n\nNo;Name\n1;'Reis; Ana'\n")

        assert rows_of(path, delimiter=";", quote="'", header_line=3) == [Row(4, ["1", "Reis; Ana"])]


class TestTheHeader:
    def test_may_follow_a_byte_order_mark(self, tmp_path: Path) -> None:
        path = written(tmp_path, b"\xef\xbb\xbfNo,Name\n1,Ana\n")

        with open_csv(path, FileShape()) as file:
            assert file.header == {"No": 0, "Name": 1}

    def test_is_required(self, tmp_path: Path) -> None:
        said = "list.csv is empty: line 1 should name the columns."

        assert refusal(written(tmp_path, "")) == said
        assert refusal(written(tmp_path, b"\xef\xbb\xbf")) == said
        assert refusal(written(tmp_path, "\n\n")) == said

    def test_names_each_column_once(self, tmp_path: Path) -> None:
        path = written(tmp_path, "No,Name, No \n1,Ana,2\n")

        assert refusal(path) == "list.csv names the column 'No' twice, in places 1 and 3."

    def test_may_leave_columns_without_a_name(self, tmp_path: Path) -> None:
        path = written(tmp_path, "No,,\n1,a,b\n")

        assert rows_of(path) == [Row(2, ["1", "a", "b"])]


class TestAFile:
    def test_that_is_missing_is_told(self, tmp_path: Path) -> None:
        path = tmp_path / "nowhere.csv"

        assert refusal(path) == f"{path} cannot be read: No such file or directory."

    def test_that_is_a_folder_is_told(self, tmp_path: Path) -> None:
        assert refusal(tmp_path) == f"{tmp_path} cannot be read: Is a directory."


class TestAWrongEncoding:
    def test_says_which_byte_in_which_cell(self, tmp_path: Path) -> None:
        path = written(tmp_path, "No,Name\n1,Ana\n2,André\n3,Eva\n".encode("latin-1"))

        assert rows_of(path) == [
            Row(2, ["1", "Ana"]),
            Problem(3, "Name", "byte 0xE9", IN_UTF_8),
            Row(4, ["3", "Eva"]),
        ]

    def test_ends_the_reading_where_no_next_character_can_be_found(self, tmp_path: Path) -> None:
        content = "No,Name\n1,Ana\n".encode("utf-16") + b"\x00\xdc" + "2,Rui\n".encode("utf-16-le")
        path = written(tmp_path, content)

        assert refusal(path, encoding="utf-16") == (
            "list.csv has byte 0x00 at offset 30 in line 3: expected text in utf-16; if the file is in another"
            " encoding, say so under [file] in the map. The file was not read further (illegal encoding)."
        )

    def test_is_refused_in_the_header(self, tmp_path: Path) -> None:
        path = written(tmp_path, "No,Preço\n".encode("latin-1"))

        said = refusal(path)

        assert said == f"list.csv has byte 0xE7 in line 1: expected {IN_UTF_8}."

    def test_is_seen_by_the_mark_at_the_beginning(self, tmp_path: Path) -> None:
        path = written(tmp_path, "No,Name\n1,Ana\n".encode("utf-16"))

        assert refusal(path) == (
            "list.csv begins with the mark of utf-16, but the map says encoding = 'utf-8' under [file]."
        )
        path = written(tmp_path, "No,Name\n1,Ana\n".encode("utf-8-sig"))
        assert refusal(path, encoding="windows-1252") == (
            "list.csv begins with the mark of utf-8, but the map says encoding = 'windows-1252' under [file]."
        )

    def test_is_right_again_once_the_map_says_it(self, tmp_path: Path) -> None:
        path = written(tmp_path, "No,Name\n1,André\n".encode("utf-16"))
        assert rows_of(path, encoding="utf-16") == [Row(2, ["1", "André"])]

        path = written(tmp_path, "No,Name\n1,André €\n".encode("windows-1252"))
        assert rows_of(path, encoding="windows-1252") == [Row(2, ["1", "André €"])]

    @settings(max_examples=60, deadline=None)
    @given(
        before=st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=40),
        padding=st.integers(65_500, 65_560),
        mark=st.booleans(),
    )
    def test_is_found_at_its_byte_and_line_wherever_it_stands(
        self, tmp_path_factory: pytest.TempPathFactory, before: str, padding: int, mark: bool
    ) -> None:
        """The padding moves the bad byte across the border of the blocks in which the file is searched."""
        path = tmp_path_factory.mktemp("bad") / "list.csv"
        good = (b"\xef\xbb\xbf" if mark else b"") + b"x" * padding + before.encode()
        path.write_bytes(good + b"\xff,tail\n")

        found = bad_byte(path, "utf-8")

        lines = before.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
        assert (found.offset, found.byte, found.line) == (len(good), 0xFF, lines)


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


class TestAnyCells:
    @settings(max_examples=200, deadline=None)
    @given(rows=st.lists(st.tuples(CELLS, CELLS), max_size=8), ends=st.sampled_from(["\n", "\r\n"]))
    def test_written_as_csv_are_read_back_with_their_lines(
        self, tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], ends: str
    ) -> None:
        path = tmp_path_factory.mktemp("any") / "list.csv"
        expected, line = [], 2
        with path.open("w", encoding="utf-8", newline="") as stream:
            stream.write(f"No,Name{ends}")
            for row in rows:
                buffer = io.StringIO()
                csv.writer(buffer, lineterminator=ends, quoting=csv.QUOTE_ALL).writerow(row)
                stream.write(buffer.getvalue())
                expected.append(Row(line, list(row)))
                line += buffer.getvalue().replace("\r\n", "\n").replace("\r", "\n").count("\n")

        assert rows_of(path) == expected

    @settings(max_examples=300, deadline=None)
    @given(content=st.binary(max_size=200))
    def test_of_any_bytes_at_all_are_rows_problems_or_a_refusal(
        self, tmp_path_factory: pytest.TempPathFactory, content: bytes
    ) -> None:
        path = tmp_path_factory.mktemp("bytes") / "list.csv"
        path.write_bytes(b"No,Name\n" + content)

        found = rows_of(path)

        lines = [each.line for each in found]
        assert lines == sorted(lines)
        assert all(len(row.cells) == 2 for row in found if isinstance(row, Row))
