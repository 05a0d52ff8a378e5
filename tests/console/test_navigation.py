"""The map of the office's pages."""

from __future__ import annotations

from collections import Counter

from broadbill.console.navigation import MAP


def test_every_page_has_a_letter_of_its_own() -> None:
    letters = Counter(page.key for _title, pages in MAP for page in pages)

    assert [letter for letter, pages in letters.items() if pages > 1] == []
