"""A guard for tests: connections to other machines fail."""

import ipaddress
import socket
from typing import Any

import pytest


def only_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes each connection to an address beyond the loopback interface fail, until the test ends."""

    def guard(name: str) -> None:
        original = getattr(socket.socket, name)

        def call(self: socket.socket, *args: Any) -> Any:
            address = args[-1]
            if isinstance(address, tuple) and not _is_loopback(str(address[0])):
                raise AssertionError(f"a test connects to {address}")
            return original(self, *args)

        monkeypatch.setattr(socket.socket, name, call)

    for name in ("connect", "connect_ex", "sendto"):
        guard(name)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
