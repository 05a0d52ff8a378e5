"""A MikroTik router for tests: it speaks RouterOS's API over TCP or TLS and keeps its tables as one would.

Source: MikroTik's description of the API (words with their length before them, sentences that an empty word ends,
`!re`, `!done` and `!trap` replies, queries of the form `?name=value`, login since RouterOS 6.43).
"""

from __future__ import annotations

import re
import socket
import ssl
import threading
from dataclasses import dataclass, field
from typing import BinaryIO, Self

UNITS = {"k": 10**3, "M": 10**6}


@dataclass
class StandInRouter:
    """`refused` are commands that are answered with a trap. `tables` are lists of rows by path."""

    password: str = "router's own"
    tls: ssl.SSLContext | None = None
    refused: set[str] = field(default_factory=set)
    tables: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)
    is_logged_in: bool = False
    last_id: int = 0

    def __enter__(self) -> Self:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listening.getsockname()[1])
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        self.thread.join(5)

    def row(self, table: str, **where: str) -> dict[str, str]:
        [found] = [row for row in self.tables.get(table, []) if where.items() <= row.items()]
        return found

    def changes(self) -> list[str]:
        """What was written, not what was read."""
        return [command for command in self.commands if not command.endswith(("print", "login"))]

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            try:
                with self.tls.wrap_socket(connection, server_side=True) if self.tls else connection as opened:
                    self.is_logged_in = False
                    self._converse(opened)
            except OSError:
                continue

    def _converse(self, opened: socket.socket) -> None:
        with opened.makefile("rb") as incoming:
            while sentence := _sentence(incoming):
                for words in self._answer(sentence):
                    opened.sendall(b"".join(_word(word) for word in words) + b"\0")

    def _answer(self, sentence: list[str]) -> list[list[str]]:
        command, *words = sentence
        self.commands.append(command)
        told = dict(word[1:].split("=", 1) for word in words if word.startswith("="))
        where = dict(word[1:].split("=", 1) for word in words if word.startswith("?"))
        if command == "/login":
            self.is_logged_in = told.get("password") == self.password
            return [["!done"]] if self.is_logged_in else _trap("invalid user name or password (6)")
        if not self.is_logged_in:
            return _trap("not logged in")
        if command in self.refused:
            return _trap("not enough permissions (9)")
        table, _, verb = command.rpartition("/")
        return self._do(verb, self.tables.setdefault(table, []), told, where)

    def _do(
        self, verb: str, rows: list[dict[str, str]], told: dict[str, str], where: dict[str, str]
    ) -> list[list[str]]:
        if verb == "print":
            found = [row for row in rows if where.items() <= row.items()]
            return [["!re", *(f"={name}={value}" for name, value in row.items())] for row in found] + [
                ["!done"]
            ]
        if verb == "add":
            if "name" in told and any(row.get("name") == told["name"] for row in rows):
                return _trap("failure: already have such a row")
            self.last_id += 1
            rows.append({".id": f"*{self.last_id:X}", "disabled": "false", **_kept(told)})
            return [["!done", f"=ret=*{self.last_id:X}"]]
        row_id = told.pop(".id")
        row = next((row for row in rows if row[".id"] == row_id), None)
        if row is None:
            return _trap("no such item")
        if verb == "set":
            row.update(_kept(told))
        else:
            rows.remove(row)
        return [["!done"]]


def _trap(message: str) -> list[list[str]]:
    return [["!trap", f"=message={message}"], ["!done"]]


def _kept(told: dict[str, str]) -> dict[str, str]:
    """As a router tells it back: yes and no in other words, rates of queues in bits."""
    kept = dict(told)
    if "disabled" in kept:
        kept["disabled"] = "true" if kept["disabled"] == "yes" else "false"
    if "max-limit" in kept:
        kept["max-limit"] = re.sub(
            r"(\d+)([kM])", lambda part: str(int(part[1]) * UNITS[part[2]]), kept["max-limit"]
        )
    return kept


def _sentence(incoming: BinaryIO) -> list[str]:
    """Empty when the other side has gone."""
    words = []
    while length := _length(incoming):
        words.append(incoming.read(length).decode())
    return words


def _length(incoming: BinaryIO) -> int:
    first = incoming.read(1)
    if not first or first[0] < 0x80:
        return first[0] if first else 0
    for more, marker in ((1, 0x80), (2, 0xC0), (3, 0xE0)):
        if first[0] < marker + (0x40 >> (more - 1)):
            return int.from_bytes(bytes([first[0] - marker]) + incoming.read(more), "big")
    raise ValueError("longer than any word of these tests")


def _word(word: str) -> bytes:
    content = word.encode()
    size = len(content)
    return (bytes([size]) if size < 0x80 else (size | 0x8000).to_bytes(2, "big")) + content
