"""What customers read has to be translated: finding it in the sources, and looking at its catalogs.

    .venv/bin/python translations.py        brings the catalogs up to date and tells what is not translated

The portal is complete in every language of `LANGUAGES`: its templates and code, and the words that it shows of
`design` (charts), `console` (pages of errors), `identity` (what keeps somebody out), `billing` (the bridge between two
bills) and `core.rating` (the arithmetic of a bill). Catalogs are text,
`src/broadbill/portal/locale/<language>/LC_MESSAGES/django.po`; the build compiles them (`build_assets.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

LANGUAGES = ("ar", "de", "es", "fr", "pt")
SOURCE = Path(__file__).parent / "src" / "broadbill"
LOCALE = SOURCE / "portal" / "locale"
CODE = ("portal/**/*.py", "design/**/*.py", "billing/queries/bridge.py", "core/rating/because.py",
        "console/views/errors.py", "identity/adapters/*.py")  # fmt: skip
TEMPLATES = ("portal/templates/**/*.html", "console/templates/console/errors/page.html")
KEYWORDS = {"_": None, "_t": None, "gettext": None, "gettext_lazy": None, "ngettext": (1, 2)}
# What a translation has to keep: `%(name)s`, `%s`, `{name}`, `{0}`.
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}")
# The two days of a range in English; `design.steps` finds them in a translation by a dash between.
RANGE = re.compile(r"(\{\d\}) to (\{\d\})")
TIMES_OF_DAY = "band {0}"
# The same catalogs give the same bytes whenever they are written.
HEADER, NO_DAY = "# What customers read. See CONTRIBUTING.md, Languages.", datetime(2026, 1, 1, tzinfo=UTC)


@cache
def sources() -> dict[str, Message]:
    """Every message of the sources by its English, in the order of their files."""
    catalog = Catalog(fuzzy=False)
    for pattern in CODE:
        for path in sorted(SOURCE.glob(pattern)):
            _add(catalog, path.read_bytes())
    for pattern in TEMPLATES:
        for path in sorted(SOURCE.glob(pattern)):
            _add(catalog, _as_python(path))
    return _by_english(catalog)


def _as_python(template: Path) -> bytes:
    """As Django turns a template for xgettext, without the indentation, which means nothing there."""
    from django.utils.translation.template import templatize

    code = templatize(template.read_text(encoding="utf-8"), origin=str(template))
    return "\n".join(line.strip() for line in code.splitlines()).encode()


def _add(catalog: Catalog, code: bytes) -> None:
    for _line, found, _comments, _context in extract("python", BytesIO(code), KEYWORDS):
        catalog.add(found)


def catalog_path(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def catalog_of(language: str) -> Catalog:
    """Empty where there is none yet."""
    path = catalog_path(language)
    if not path.exists():
        return Catalog(locale=language, fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def problems(language: str) -> list[str]:
    """What keeps a language from being complete, a line for each message; empty when it is.

    A message that is not in the sources harms nobody; `update` drops it.
    """
    known = _by_english(catalog_of(language))
    found = []
    for english, message in sources().items():
        mine = known.get(english)
        if mine is None or mine.fuzzy or not all(texts(mine)):
            found.append(f"not translated: {english!r}")
        else:
            found.extend(misplaced(message, mine))
    return found


def misplaced(message: Message, mine: Message) -> Iterator[str]:
    """Placeholders that are lost, and ranges of days that lost their dash. A plural form may leave its number out."""
    texts_in_english = message.id if isinstance(message.id, tuple) else (message.id,)
    wanted = sorted(PLACEHOLDER.findall(texts_in_english[-1]))
    for text in texts(mine):
        has = sorted(PLACEHOLDER.findall(text))
        if has != wanted and not (len(texts_in_english) > 1 and set(has) <= set(wanted)):
            yield f"placeholders {has} instead of {wanted}: {text!r}"
        for starts, ends in RANGE.findall(texts_in_english[0]):
            if f"{starts} – {ends}" not in text and not texts_in_english[0].startswith(TIMES_OF_DAY):
                yield f"a range is written {starts} – {ends}: {text!r}"


def update(language: str) -> None:
    """Bring a catalog up to date with the sources, empty where something is new."""
    known = _by_english(catalog_of(language))
    fresh = Catalog(
        locale=language,
        project="Broadbill",
        version="",
        msgid_bugs_address="",
        last_translator="",
        language_team="",
        header_comment=HEADER,
        creation_date=NO_DAY,
        revision_date=NO_DAY,
        fuzzy=False,
    )
    for english, message in sources().items():
        mine = known.get(english)
        fresh.add(message.id, string=mine.string if mine else None)
    path = catalog_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, fresh, no_location=True, width=0)


def texts(message: Message) -> tuple[str, ...]:
    """The translation, in all its plural forms."""
    return tuple(message.string) if isinstance(message.string, tuple | list) else (message.string or "",)


def _by_english(catalog: Catalog) -> dict[str, Message]:
    """Without the header, which has no English."""
    found = {message.id[0] if isinstance(message.id, tuple) else message.id: message for message in catalog}
    found.pop("", None)
    return found


if __name__ == "__main__":
    for language in LANGUAGES:
        update(language)
        lacking = problems(language)
        print(f"{language}: {len(sources()) - len(lacking)} of {len(sources())}", *lacking, sep="\n  ")
