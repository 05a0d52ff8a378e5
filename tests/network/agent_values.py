"""What snmpd passes on (pass_persist in snmpd.conf(5)): values of a file, read anew for each question."""

from __future__ import annotations

import sys
from pathlib import Path


def oid(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.strip(".").split("."))


def values() -> dict[tuple[int, ...], list[str]]:
    lines = (line.split(" ", 1) for line in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines())
    return {oid(name): rest.split(" ", 1) for name, rest in lines}


def answer(word: str) -> list[str]:
    asked, known = oid(sys.stdin.readline().strip()), values()
    if word == "getnext":
        asked = min((name for name in known if name > asked), default=())
    if asked not in known:
        return ["NONE"]
    return ["." + ".".join(map(str, asked)), *known[asked]]


while word := sys.stdin.readline().strip():
    sys.stdout.write("\n".join(["PONG"] if word == "PING" else answer(word)) + "\n")
    sys.stdout.flush()
