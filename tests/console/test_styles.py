"""Rules of the style sheets and templates that no browser enforces."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from broadbill.console.templatetags.ui import known_icons

CONSOLE = Path(__file__).parents[2] / "src" / "broadbill" / "console"
STYLES = sorted((CONSOLE / "styles").glob("*.css"))
FACES = (CONSOLE, CONSOLE.parent / "portal")
TEMPLATES = sorted(path for face in FACES for path in (face / "templates").rglob("*.html"))
PYTHON = sorted(CONSOLE.rglob("*.py"))
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|rgba|hsl|hsla|oklch|oklab)\(")
PHYSICAL = re.compile(
    r"(?<![\w-])(?:(?:margin|padding|border|inset|scroll-padding)-(?:left|right|top|bottom)|left|right|top|bottom|"
    r"width|height|(?:min|max)-(?:width|height)|text-align: (?:left|right)|float)\s*:"
)
ANYWHERE = frozenset({"100dvh"})


def rules(path: Path) -> str:
    """The sheet without comments and without the conditions of @media, which know only physical widths."""
    bare = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    return re.sub(r"@media[^{]*\{|@font-face\s*\{[^}]*\}", "{", bare)


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
class TestStyleSheets:
    def test_use_named_colours_only(self, path: Path) -> None:
        if path.name == "10-tokens.css":
            pytest.skip("the tokens are where colours are named")
        selectors_gone = re.sub(r"[^{};]*\{", "{", rules(path))

        assert COLOUR.findall(selectors_gone) == []

    def test_use_logical_properties_only(self, path: Path) -> None:
        assert PHYSICAL.findall(rules(path)) == []

    def test_use_tokens_that_exist(self, path: Path) -> None:
        every = "".join(sheet.read_text() for sheet in STYLES)
        known = set(re.findall(r"(--[\w-]+)\s*:", every)) | {"--brand-h"}

        assert set(re.findall(r"var\((--[\w-]+)", path.read_text())) <= known


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(CONSOLE.parent)))
class TestTemplates:
    def test_use_icons_of_the_sprite(self, path: Path) -> None:
        names = re.findall(r'(?:\{% icon |icon_name=|icon=)"([\w-]+)"', path.read_text())

        assert set(names) <= known_icons()

    def test_have_no_styles_scripts_or_handlers_of_their_own(self, path: Path) -> None:
        text = path.read_text()

        assert not re.search(r"\sstyle=|<style|\son\w+=|hx-on|<script(?![^>]*\bsrc=)", text)

    def test_say_nothing_outside_of_gettext(self, path: Path) -> None:
        if "styleguide" in path.parts:
            pytest.skip("the styleguide shows samples to developers")
        bare = re.sub(
            r"\{% (comment) .*?endcomment %\}|\{%.*?%\}|\{\{.*?\}\}",
            " ",
            _untranslated(path),
            flags=re.DOTALL,
        )
        words = re.sub(r"<[^>]*>", "\n", bare).splitlines()

        assert [word.strip() for word in words if re.search(r"[A-Za-z]{3}", word)] == []


def _untranslated(path: Path) -> str:
    text = path.read_text()
    text = re.sub(r"\{% comment %\}.*?\{% endcomment %\}", "", text, flags=re.DOTALL)
    text = re.sub(r"\{% blocktranslate.*?endblocktranslate %\}", "", text, flags=re.DOTALL)
    return re.sub(r"<kbd>.*?</kbd>", "", text)


class TestIconsInPython:
    def test_are_in_the_sprite(self) -> None:
        named = re.compile(r'icon(?:_name)?[=:] ?"([\w-]+)"')
        names = {name for path in PYTHON for name in named.findall(path.read_text())}

        assert names <= known_icons()
