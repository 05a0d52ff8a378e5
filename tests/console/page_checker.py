"""Checks a page's HTML against the house rules that a browser would forgive.

Use `problems(html)` on any page or fragment of the office; an empty list means the page is in order.
"""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser

VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
SVG_LEAVES = frozenset(["path", "use", "rect", "circle", "line", "polyline", "polygon", "ellipse", "stop"])
LABELLED = frozenset(["input", "select", "textarea"])
UNLABELLED_TYPES = frozenset({"hidden", "submit", "button", "image", "reset"})
NAMED = frozenset({"button", "a"})
BLOCKS = frozenset(
    [
        "div",
        "p",
        "ul",
        "ol",
        "dl",
        "table",
        "section",
        "form",
        "h1",
        "h2",
        "h3",
        "header",
        "footer",
        "nav",
        "main",
        "details",
        "fieldset",
    ]
)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.open: list[str] = []
        self.ids: list[str] = []
        self.labels_for: set[str] = set()
        self.controls: list[tuple[str, str | None]] = []
        self.references: list[str] = []
        self.headings: list[int] = []
        self.titles = 0
        self.names: list[list[str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._check_attributes(tag, given)
        if tag == "title" and "svg" not in self.open:
            self.titles += 1
        if tag in BLOCKS and "p" in self.open and tag != "p":
            self.found.append(f"<{tag}> inside <p>: the browser closes the paragraph")
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self.headings.append(int(tag[1]))
        if tag in NAMED:
            self.names.append([given.get("aria-label") or given.get("title") or ""])
        elif self.names and given.get("aria-label"):
            self.names[-1].append(given["aria-label"] or "")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID and tag not in SVG_LEAVES:
            self.found.append(f"<{tag}/> is not a void element")
        self._check_attributes(tag, dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open[-1] != tag:
            self.found.append(f"</{tag}> closes <{self.open[-1] if self.open else 'nothing'}>")
            if tag not in self.open:
                return
            while self.open[-1] != tag:
                self.open.pop()
        self.open.pop()
        if tag in NAMED and not "".join(self.names.pop()).strip():
            self.found.append(f"<{tag}> without a name")

    def handle_data(self, data: str) -> None:
        if self.names:
            self.names[-1].append(data)
        if self.open and self.open[-1] == "script" and data.strip():
            self.found.append("inline script")

    def _check_attributes(self, tag: str, given: dict[str, str | None]) -> None:
        for name, value in given.items():
            if name == "style" or name.startswith(("on", "hx-on")):
                self.found.append(f"<{tag} {name}>: the content policy blocks it")
            if name in {"href", "action", "src"} and (value or "").strip().lower().startswith("javascript:"):
                self.found.append(f"<{tag} {name}> is a script")
        if tag == "style":
            self.found.append("<style>: the content policy blocks it")
        if tag == "img" and "alt" not in given:
            self.found.append("<img> without alt")
        self._note_names(tag, given)

    def _note_names(self, tag: str, given: dict[str, str | None]) -> None:
        if given.get("id") is not None:
            self.ids.append(given["id"] or "")
        if tag == "label" and given.get("for"):
            self.labels_for.add(given["for"] or "")
        if tag in LABELLED and given.get("type") not in UNLABELLED_TYPES:
            named = given.get("aria-label") or given.get("aria-labelledby") or "label" in self.open
            if not named:
                self.controls.append((tag, given.get("id")))
        for name in ("aria-labelledby", "aria-describedby", "aria-controls"):
            self.references += (given.get(name) or "").split()


def problems(html: str, *, whole_page: bool = True) -> list[str]:
    """What is wrong with the HTML, in words. `whole_page=False` is for fragments that htmx swaps in."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    found = list(reader.found)
    found += [f"<{tag}> is never closed" for tag in reader.open]
    found += [
        f"id {name!r} appears {times} times" for name, times in Counter(reader.ids).items() if times > 1
    ]
    for tag, name in reader.controls:
        if name is None or name not in reader.labels_for:
            found.append(f"<{tag} id={name!r}> has no label")
    if whole_page:
        found += _page_problems(reader, html)
    return found


def _page_problems(reader: _Reader, html: str) -> list[str]:
    found = []
    if not html.lstrip().lower().startswith("<!doctype html>"):
        found.append("no doctype")
    if reader.headings.count(1) != 1:
        found.append(f"{reader.headings.count(1)} <h1> instead of one")
    if reader.titles != 1:
        found.append(f"{reader.titles} <title> instead of one")
    found += [f"#{name} is referred to but missing" for name in reader.references if name not in reader.ids]
    if "<html lang=" not in html:
        found.append("<html> without a language")
    return found
