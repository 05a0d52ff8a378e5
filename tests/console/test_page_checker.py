"""The checker itself must find what it promises to find."""

from __future__ import annotations

import pytest

from tests.console.page_checker import problems

GOOD = """<!doctype html><html lang="en"><head><title>Customers</title></head><body>
<h1>Customers</h1><label for="q">Search</label><input id="q"><a href="/">Home</a>
<button aria-label="Close"><svg aria-hidden="true"><use href="#x"/></svg></button></body></html>"""


class TestProblems:
    def test_finds_none_in_a_page_that_is_in_order(self) -> None:
        assert problems(GOOD) == []

    @pytest.mark.parametrize(
        ("was", "becomes", "says"),
        [
            ("<h1>", '<h1 style="color:red">', "<h1 style>: the content policy blocks it"),
            ("<h1>", '<h1 onclick="go()">', "<h1 onclick>: the content policy blocks it"),
            ("<h1>", "<script>go()</script><h1>", "inline script"),
            ("<h1>", "<style>p{}</style><h1>", "<style>: the content policy blocks it"),
            ("<h1>", "<h1>Twice</h1><h1>", "2 <h1> instead of one"),
            ('<a href="/">', '<a href="/" id="q">', "id 'q' appears 2 times"),
            ('<label for="q">', "<label>", "<input id='q'> has no label"),
            (' aria-label="Close"', "", "<button> without a name"),
            ("</a>", "</b>", "</b> closes <a>"),
            ('<input id="q">', '<input id="q" aria-describedby="hint">', "#hint is referred to but missing"),
            ("<!doctype html>", "", "no doctype"),
        ],
    )
    def test_names_what_is_wrong(self, was: str, becomes: str, says: str) -> None:
        assert says in problems(GOOD.replace(was, becomes, 1))

    def test_wants_no_heading_of_a_fragment(self) -> None:
        assert problems("<p>One row</p>", whole_page=False) == []
