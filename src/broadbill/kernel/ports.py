"""Which TCP ports of this machine are free."""

from __future__ import annotations

import socket
import sys


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen there."""
    with _socket(host) as probe:
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port(host: str = "127.0.0.1") -> int:
    """A port that nobody listens on, chosen by the system."""
    with _socket(host) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _socket(host: str) -> socket.socket:
    probe = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    if sys.platform != "win32":
        # A port whose last connection has just been closed is free, as it is for the servers themselves. On Windows
        # the same option would let two servers share a port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return probe
