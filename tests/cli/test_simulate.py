"""`broadbill simulate` as a program: files, standard input, refusals, many scenarios a line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

SCENARIO: dict[str, Any] = {
    "currency": "EUR",
    "plans": {
        "a": {
            "charges": [
                {
                    "code": "access",
                    "type": "recurring",
                    "period": "month",
                    "model": {"type": "flat", "amount": "30.00"},
                }
            ]
        }
    },
    "events": [{"do": "subscribe", "id": "s1", "plan": "a", "at": "2026-01-16"}],
    "bill": ["2026-01-16"],
}


# Whether installed or not: the code beside these tests.
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")}


def simulate(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "broadbill.cli.simulate", *arguments]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False, env=ENVIRONMENT)


def test_prints_the_documents_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "scenario.json"
    file.write_text(json.dumps(SCENARIO))

    answer = simulate(str(file))

    assert answer.returncode == 0
    assert json.loads(answer.stdout)["documents"][0]["total"] == "15.48"


def test_reads_standard_input() -> None:
    assert json.loads(simulate("-", text=json.dumps(SCENARIO)).stdout)["balance"] == "15.48"


def test_finds_the_scenario_beside_words_about_it() -> None:
    text = json.dumps({"sells": "fiber", "scenario": SCENARIO, "expect": {}})

    assert json.loads(simulate("-", text=text).stdout)["balance"] == "15.48"
    assert json.loads(simulate("--lines", "-", text=text).stdout)["balance"] == "15.48"


def test_numbers_are_read_as_decimals() -> None:
    text = json.dumps(SCENARIO).replace('"30.00"', "0.1")

    assert json.loads(simulate("-", text=text).stdout)["documents"][0]["lines"][0]["unit_amount"] == "0.10"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (json.dumps({**SCENARIO, "colour": "red"}), "colour: is not a known key"),
        (json.dumps([SCENARIO]), "scenario: must be an object"),
        ('{"currency": ', "not JSON: Expecting value, line 1 column 14"),
        ('{"currency": NaN}', "not JSON that can be read: NaN is not a number"),
        ("", "not JSON: Expecting value, line 1 column 1"),
    ],
)
def test_refused_input_is_one_line_and_exit_code_2(text: str, told: str) -> None:
    answer = simulate("-", text=text)

    assert (answer.returncode, answer.stdout, answer.stderr) == (2, "", f"{told}\n")


def test_a_missing_file_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    missing = tmp_path / "nothing.json"

    answer = simulate(str(missing))

    assert (answer.returncode, answer.stderr) == (2, f"{missing}: No such file or directory\n")


def test_a_file_in_another_encoding_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    file = tmp_path / "latin.json"
    file.write_bytes(b'{"currency": "\xfc"}')

    answer = simulate(str(file))

    assert (answer.returncode, answer.stderr) == (2, "not text in UTF-8: invalid start byte at byte 14\n")


def test_the_schema_is_printed() -> None:
    assert json.loads(simulate("--schema").stdout)["title"] == "Broadbill scenario"


def test_one_result_a_line_in_order() -> None:
    refused = {**SCENARIO, "currency": "XXX"}
    text = "\n".join(json.dumps(s) for s in (SCENARIO, refused, SCENARIO)) + "\n{\n"

    answer = simulate("--lines", "-", text=text)

    results = [json.loads(line) for line in answer.stdout.splitlines()]
    assert answer.returncode == 0
    assert [result.get("balance") or result["error"] for result in results] == [
        "15.48",
        "currency: 'XXX' is not an ISO 4217 currency code",
        "15.48",
        "not JSON: Expecting property name enclosed in double quotes, line 2 column 1",
    ]


def test_each_answer_comes_as_soon_as_its_line_is_read() -> None:
    command = [sys.executable, "-m", "broadbill.cli.simulate", "--lines", "-"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for _ in range(3):
            process.stdin.write(json.dumps(SCENARIO) + "\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["balance"] == "15.48"
        process.stdin.close()
        assert process.wait(timeout=20) == 0


@pytest.mark.slow
def test_thousands_a_second() -> None:
    text = (json.dumps(SCENARIO) + "\n") * 4000
    begin = time.perf_counter()

    answer = simulate("--lines", "-", text=text)

    # Thousands a second on a machine of its own; a shared one is allowed a quarter of that.
    assert answer.stdout.count("\n") == 4000
    assert time.perf_counter() - begin < 16


def test_neither_django_nor_a_database_is_loaded() -> None:
    code = (
        "import broadbill.cli.simulate, sys;"
        "print([m for m in sys.modules if m.split('.')[0] in ('django', 'psycopg')])"
    )

    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=ENVIRONMENT
    )

    assert answer.stdout == "[]\n"
