"""Makes the derived assets from PyPI packages and our own sources: icon sprite, web font, stylesheet, catalogs.

Runs as a hatch build hook for wheels and editable installs, and by hand: `python build_assets.py`.
Everything it writes is git-ignored and shipped in the wheel, so users of the wheel need none of the
build packages. The same inputs give the same bytes: nothing written depends on the clock.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import json
import re
import zipfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent
CONSOLE = ROOT / "src" / "broadbill" / "console"
GEN = CONSOLE / "static" / "console" / "gen"
NOTICES = CONSOLE / "THIRD-PARTY.txt"
ICONS = CONSOLE / "icons.txt"
STYLES = CONSOLE / "styles"
PACKAGES = ("lucide", "fontpkg-inter", "fonttools", "brotli", "babel")
# What the portal says in other languages, one catalog a language; gettext reads the `.mo` beside each.
CATALOGS = ROOT / "src" / "broadbill" / "portal" / "locale"

# Latin, Latin Extended-A, the punctuation and signs that a bill uses, and every currency sign.
UNICODES = (
    "0020-007E,00A0-017F,0192,02C6,02DA,02DC,2002-200A,2010-2015,2018-201E,2020-2022,2026,202F,2030,"
    "2032-2033,2039-203A,20A0-20C0,2122,2190-2193,21B5,2212,2215,2248,2260,2264-2265,2318,21E7"
)
FEATURES = ["kern", "liga", "calt", "ccmp", "locl", "mark", "mkmk", "tnum", "zero", "ss03", "cv11"]


class UnknownIcon(Exception):
    """icons.txt names an icon that the installed Lucide does not have (they are renamed between versions)."""


def icon_sprite(names: list[str], archive: zipfile.ZipFile) -> str:
    """One SVG document with a `<symbol>` for each name. Raises: UnknownIcon, naming all that are missing."""
    present = set(archive.namelist())
    missing = [name for name in names if f"{name}.svg" not in present]
    if missing:
        version = importlib.metadata.version("lucide")
        raise UnknownIcon(f"{ICONS}: not in lucide {version}: {', '.join(missing)}")
    symbols = []
    for name in names:
        found = re.search(r"<svg[^>]*>(.*)</svg>", archive.read(f"{name}.svg").decode(), re.DOTALL)
        if found is None:
            raise UnknownIcon(f"{name}.svg in the lucide package is not an SVG document")
        body = re.sub(r"\s*\n\s*", "", found[1])
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{body}</symbol>')
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>\n'


def write_sprite() -> None:
    with zipfile.ZipFile(_package("lucide") / "lucide.zip") as archive:
        (GEN / "icons.svg").write_text(icon_sprite(ICONS.read_text().split(), archive), encoding="utf-8")


def write_font() -> None:
    """Inter, weights 400 to 700, at the optical size of body text, cut down to UNICODES."""
    from fontTools import subset
    from fontTools.ttLib import TTFont
    from fontTools.varLib import instancer

    source = _package("fontpkg_inter") / "files" / "Inter[opsz,wght].ttf"
    font = TTFont(source, recalcTimestamp=False)
    subsetter = subset.Subsetter(subset.Options(layout_features=FEATURES, notdef_outline=True))
    subsetter.populate(unicodes=subset.parse_unicodes(UNICODES))
    subsetter.subset(font)
    font = instancer.instantiateVariableFont(font, {"opsz": 14, "wght": (400, 700)})
    font.flavor = "woff2"
    font.save(GEN / "inter.woff2")


def write_stylesheet() -> None:
    """All of styles/*.css in the order of their names, without comments: one request instead of twenty."""
    parts = [path.read_text(encoding="utf-8") for path in sorted(STYLES.glob("*.css"))]
    bare = re.sub(r"/\*.*?\*/", "", "\n".join(parts), flags=re.DOTALL)
    lines = (line.strip() for line in bare.splitlines())
    (GEN / "app.css").write_text("\n".join(line for line in lines if line) + "\n", encoding="utf-8")


def compiled(catalog: Path) -> Path:
    return catalog.with_suffix(".mo")


def compile_catalogs() -> None:
    """With Babel, so that nobody needs GNU gettext. What is not translated stays in English."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    for path in sorted(CATALOGS.glob("*/LC_MESSAGES/django.po")):
        with path.open("rb") as source, compiled(path).open("wb") as target:
            catalog = read_po(source, locale=path.parts[-3])
            write_mo(target, catalog)


def write_notices() -> None:
    """The licences of what the wheel carries: Lucide's icons (ISC) and the Inter typeface (OFL-1.1)."""
    lucide, inter = (_licence(name) for name in ("lucide", "fontpkg-inter"))
    NOTICES.write_text(
        "Broadbill's wheel carries parts of two other works.\n\n"
        "static/console/gen/icons.svg: icons of Lucide (https://lucide.dev), ISC License; portions are of\n"
        f"Feather (MIT). Taken from the PyPI package lucide {importlib.metadata.version('lucide')},"
        f" whose licence file says:\n\n{lucide.strip()}\n\n"
        f"{'-' * 100}\n\n"
        "static/console/gen/inter.woff2: the typeface Inter (https://rsms.me/inter), SIL Open Font License 1.1,\n"
        "subset and reduced to one optical size. Taken from the PyPI package fontpkg-inter"
        f" {importlib.metadata.version('fontpkg-inter')}:\n\n{inter.strip()}\n",
        encoding="utf-8",
    )


def inputs_stamp() -> str:
    """A digest of every input; outputs made from the same inputs need not be made again."""
    digest = hashlib.sha256()
    catalogs = sorted(CATALOGS.glob("*/LC_MESSAGES/django.po"))
    for path in [Path(__file__), ICONS, *sorted(STYLES.glob("*.css")), *catalogs]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    versions = {name: importlib.metadata.version(name) for name in PACKAGES}
    digest.update(json.dumps(versions, sort_keys=True).encode())
    return digest.hexdigest()


def build() -> bool:
    """Write every derived asset. True if there was anything to do."""
    stamp_file, stamp = GEN / "inputs.sha256", inputs_stamp()
    outputs = [GEN / "icons.svg", GEN / "inter.woff2", GEN / "app.css", NOTICES]
    outputs += [compiled(path) for path in CATALOGS.glob("*/LC_MESSAGES/django.po")]
    if stamp_file.exists() and stamp_file.read_text() == stamp and all(path.exists() for path in outputs):
        return False
    GEN.mkdir(parents=True, exist_ok=True)
    write_sprite()
    write_stylesheet()
    compile_catalogs()
    write_notices()
    write_font()
    stamp_file.write_text(stamp)
    return True


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(
            f"{name} is needed to build the assets: see [build-system] in pyproject.toml"
        )
    return Path(spec.origin).parent


def _licence(distribution: str) -> str:
    files = importlib.metadata.files(distribution) or []
    found = [file for file in files if file.name == "LICENSE" and ".dist-info" in str(file)]
    if not found:
        raise FileNotFoundError(f"{distribution} ships no LICENSE file")
    return found[0].read_text(encoding="utf-8")


try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run by hand where hatchling is not installed
    pass
else:

    class CustomBuildHook(BuildHookInterface[Any]):
        """Called by hatchling before it collects the files of a wheel or an editable install."""

        def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  hatch hands them over
            build()


if __name__ == "__main__":
    print("assets built" if build() else "assets are up to date")
