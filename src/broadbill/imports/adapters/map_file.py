"""A map read from its TOML file."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path

from broadbill.imports.domain.errors import MapUnreadable
from broadbill.imports.domain.import_map import ImportMap, parse_map


def read_map(path: Path) -> ImportMap:
    """Raises: MapUnreadable, MapRefused."""
    try:
        # Some editors put the mark of UTF-8 before the text; TOML has no word for it.
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"), parse_float=Decimal)
    except OSError as error:
        raise MapUnreadable(file=str(path), reason=error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise MapUnreadable(file=str(path), reason="it is not in UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise MapUnreadable(file=str(path), reason=str(error)) from error
    return parse_map(raw)
