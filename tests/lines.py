"""A line between programs and a PostgreSQL server, which can fall silent without an end, as after a power cut."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress


class Line:
    """Listens on loopback and hands on to a server's Unix socket.

    Args:
        server: the server's socket.
        database: what `url` names.
    """

    def __init__(self, server: str, database: str) -> None:
        self._server = server
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._mute = threading.Event()
        self.url = f"postgresql://radar@127.0.0.1:{self._listening.getsockname()[1]}/{database}"
        threading.Thread(target=self._accept, daemon=True).start()

    def fall_silent(self) -> None:
        """Of the connections that are there, none brings anything from now on; none ends. New ones are well."""
        self._mute.set()
        self._mute = threading.Event()

    def close(self) -> None:
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                far = socket.socket(socket.AF_UNIX)
                far.connect(self._server)
                for ends in ((near, far), (far, near)):
                    threading.Thread(target=self._hand_on, args=(*ends, self._mute), daemon=True).start()

    def _hand_on(self, one: socket.socket, other: socket.socket, mute: threading.Event) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                if not mute.is_set():
                    other.sendall(data)
            if mute.is_set():
                return
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
