"""The socket to serve on, taken before anything slow begins: this file imports nothing that is."""

from __future__ import annotations

import socket

from index.errors import UsageError


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens there. Raises UsageError where that cannot be, as on a port in use."""
    hint = "choose another with --port or --host"
    if not 0 <= port <= 65535:
        raise UsageError(f"there is no port {port}", hint)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise UsageError(f"cannot listen on {host}:{port} ({error.strerror or error})", hint) from error
