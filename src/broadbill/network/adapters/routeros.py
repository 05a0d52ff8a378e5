"""The API of MikroTik routers (RouterOS: sentences of words over TCP, or TLS), by librouteros."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from socket import socket

from librouteros import connect
from librouteros.api import Api
from librouteros.exceptions import LibRouterosError, TrapError

ANSWER_SECONDS = 10


class RouterSilent(Exception):
    """It is not there, or broke off in the middle: to be tried again."""


class RouterRefused(Exception):
    """It said no: a wrong password, a right that the user lacks, a value that it does not take."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RouterServer:
    """Where a router is reached, and as whom. `certificate` is PEM, empty for any that this machine trusts."""

    name: str
    address: str
    port: int
    is_tls: bool
    certificate: str
    username: str
    password: str


class OpenRouter:
    """A router that let us in. Tables are paths such as `/ppp/secret`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def rows(self, table: str, **where: str) -> list[dict[str, object]]:
        """Those whose fields are equal to what is told, all without."""
        asked = [f"?{name.replace('_', '-')}={value}" for name, value in where.items()]
        return [dict(row) for row in self._api.rawCmd(f"{table}/print", *asked)]

    def add(self, table: str, fields: Mapping[str, str]) -> None:
        tuple(self._api(f"{table}/add", **fields))

    def change(self, table: str, row_id: str, fields: Mapping[str, str]) -> None:
        tuple(self._api(f"{table}/set", **{".id": row_id}, **fields))

    def remove(self, table: str, row_id: str) -> None:
        tuple(self._api(f"{table}/remove", **{".id": row_id}))


@contextmanager
def opened(server: RouterServer) -> Iterator[OpenRouter]:
    """Raises: RouterSilent, RouterRefused, also for whatever is done while it is open."""
    try:
        api = connect(
            server.address,
            server.username,
            server.password,
            port=server.port,
            timeout=ANSWER_SECONDS,
            encoding="UTF-8",
            ssl_wrapper=_wrapper(server) if server.is_tls else None,
        )
        try:
            yield OpenRouter(api)
        finally:
            api.close()
    except TrapError as error:
        raise RouterRefused(str(error)) from error
    except (LibRouterosError, OSError) as error:
        raise RouterSilent(str(error) or type(error).__name__) from error


def _wrapper(server: RouterServer) -> Callable[[socket], ssl.SSLSocket]:
    """A router's certificate is its own mostly: then it is known by itself, whatever name it bears."""
    context = ssl.create_default_context(cadata=server.certificate or None)
    context.check_hostname = not server.certificate

    def wrap(plain: socket) -> ssl.SSLSocket:
        return context.wrap_socket(plain, server_hostname=server.address)

    return wrap
