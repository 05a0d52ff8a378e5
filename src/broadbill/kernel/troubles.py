"""Finding what the database server complained of first, when one failure led to another."""

from __future__ import annotations

from collections.abc import Iterator


def chain_of(error: BaseException) -> Iterator[BaseException]:
    """The error, what it was raised from or while handling, and so on to the first."""
    found: BaseException | None = error
    while found is not None:
        yield found
        found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)


def first_trouble(error: BaseException) -> BaseException | None:
    """The earliest error that carries a SQLSTATE: a full disk at the commit, not the lost connection after it."""
    told = [each for each in chain_of(error) if getattr(each, "sqlstate", None)]
    return told[-1] if told else None
