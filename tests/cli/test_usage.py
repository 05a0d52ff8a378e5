"""A switch's calls are taken in as an operator would: a source, a line's name, the file, what nobody had."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Terminal
from tests.usage.files import asterisk, written

pytestmark = pytest.mark.slow
FIRST_DAY = Path(__file__).parents[2] / "examples" / "first-day"


class TestUsageOfASwitch:
    def test_comes_in_and_what_nobody_had_waits_until_somebody_is_named(
        self, settled_terminal: Terminal, tmp_path: Path
    ) -> None:
        def said(*arguments: str, code: int = 0) -> str:
            done = settled_terminal.run(*arguments)
            assert done.returncode == code, done.stderr
            return done.stdout or done.stderr

        said("tax", "add", "VAT", "17", "--category", "home", "--inclusive")
        said("plan", "add", str(FIRST_DAY / "plans.json"))
        said("import", str(FIRST_DAY / "customers.csv"), "--map", str(FIRST_DAY / "customers.toml"))
        file = written(tmp_path, "Master.csv", asterisk({}, {"src": "06602222222"}, {"disposition": "BUSY"}))

        added = said("usage", "source", "pbx", "--layout", "asterisk", "--region", "AT")
        said("usage", "line", "436601111111", "1001", "S1", "--from", "2026-01-01T00:00")
        taken = said("usage", "add", str(file), "--from", "pbx")
        waiting = said("usage", "aside", code=1)
        said("usage", "line", "436602222222", "1002", "S1", "--from", "2026-01-01T00:00")
        settled = said("usage", "aside", "--settle")
        listed = said("usage", "sources")
        wrong = said("usage", "source", "pbx", "--layout", "acme", code=2)

        assert added == "pbx: broadbill usage add FILE --from pbx\n"
        assert taken == (
            "1 records stored, 0 seen before, 1 rows count nothing,"
            " 1 of nobody we know kept aside: broadbill usage aside.\n"
        )
        assert " ".join(waiting.split()) == "pbx line 436602222222 1 records, 2026-01-05 to 2026-01-05"
        assert settled == "1 records stored, 0 seen before, 0 wait.\n"
        assert listed.startswith("pbx              asterisk     1 files, 1 records, last on ")
        assert "layout 'acme' is none of asterisk, freeswitch" in wrong
