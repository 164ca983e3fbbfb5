"""A cable between the product and a server, which a story may cut and mend."""

import socket
import threading
from contextlib import suppress

from sqlalchemy import make_url


class Cable:
    """Forwards a loopback port to a server's address, a socket file or a port."""

    def __init__(self, target: str | tuple[str, int]) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._plugged = True
        self._ends: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    @classmethod
    def to_postgresql(cls, url: str) -> tuple["Cable", str]:
        """Lay a cable to a database; return it and the database's address at its other end."""
        parsed = make_url(url)
        folder = parsed.query.get("host", parsed.host)
        port = parsed.query.get("port", parsed.port or 5432)
        if isinstance(folder, str) and folder.startswith("/"):
            cable = cls(f"{folder}/.s.PGSQL.{port}")
        else:
            cable = cls((str(folder), int(str(port))))
        near = parsed.set(host="127.0.0.1", port=cable.port, query={})
        return cable, near.render_as_string(hide_password=False)

    @classmethod
    def to_redis(cls, url: str) -> tuple["Cable", str]:
        """Lay a cable to Redis; return it and its address at the other end."""
        parsed = make_url(url)
        cable = cls((parsed.host or "127.0.0.1", parsed.port or 6379))
        return cable, parsed.set(host="127.0.0.1", port=cable.port).render_as_string(hide_password=False)

    def cut(self) -> None:
        """Drop every connection and take no new one."""
        self._plugged = False
        while self._ends:
            with suppress(OSError):
                self._ends.pop().shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Take connections again."""
        self._plugged = True

    def close(self) -> None:
        """Put the cable away."""
        self.cut()
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                near, _address = self._listener.accept()
            except OSError:
                return
            if not self._plugged:
                near.close()
                continue
            kind = socket.AF_UNIX if isinstance(self._target, str) else socket.AF_INET
            far = socket.socket(kind)
            far.connect(self._target)
            self._ends += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=_pump, args=(source, sink), daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
