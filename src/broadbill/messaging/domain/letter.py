"""A letter as it is written, once, in plain text, and the parts an HTML rendering shows.

The first line is `Subject: …`. Blank lines part the blocks. A block of two or more lines that all read
`Label: value` is a table of facts; any other is a paragraph.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

SUBJECT = "Subject:"
FACT = re.compile(r"(?P<label>[^:]{1,40}?)\s?:\s(?P<value>\S.*)")


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph's lines, or a table's rows of label and value."""

    lines: tuple[str, ...]
    rows: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """What is said: the subject, the text without it, and the same text in blocks."""

    subject: str
    text: str
    blocks: tuple[Block, ...]


def letter(written: str) -> Letter:
    """Raises: ValueError if the first line is no subject (a template's bug)."""
    first, _, rest = written.strip().partition("\n")
    if not first.startswith(SUBJECT) or not first.removeprefix(SUBJECT).strip():
        raise ValueError(f"a letter begins with {SUBJECT!r} and words, not with {first!r}")
    text = re.sub(r"\n{3,}", "\n\n", rest.strip()) + "\n"
    return Letter(first.removeprefix(SUBJECT).strip(), text, tuple(map(block, text.strip().split("\n\n"))))


def block(paragraph: str) -> Block:
    lines = tuple(line.strip() for line in paragraph.split("\n"))
    facts = [FACT.fullmatch(line) for line in lines]
    if len(lines) > 1 and all(facts):
        return Block(lines, tuple((fact["label"], fact["value"]) for fact in facts if fact))
    return Block(lines)
