# SPDX-License-Identifier: Apache-2.0
"""A TCP relay to a server that can be made silent: connections stay open, and nothing comes through any more."""
import selectors
import socket
import threading


class Relay:
    """listens on PORT of 127.0.0.1; TARGET is (host, port), and may be changed: new connections go there."""

    def __init__(self, port, target):
        self.target, self.port = target, port
        self._silent, self._pairs = threading.Event(), []
        self._selector = selectors.DefaultSelector()
        self._listener = socket.create_server(("127.0.0.1", port), backlog=64)
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._wake, self._woken = socket.socketpair()
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._is_closed = False
        self._thread.start()

    def silence(self):
        """From now on nothing is passed on, as when a host or a network is gone; new connections are not answered either."""
        self._silent.set()

    def speak(self):
        """What was held back is passed on."""
        self._silent.clear()
        self._wake.send(b"x")

    def close(self):
        self._is_closed = True
        self._wake.send(b"x")
        self._thread.join()
        for one in [*self._pairs, self._listener]:
            one.close()

    def _run(self):
        other = {}
        while not self._is_closed:
            if self._silent.is_set():
                self._silent_until_woken()
                continue
            for key, _ in self._selector.select(0.05):
                if key.fileobj is self._listener:
                    self._accept(other)
                elif key.fileobj in other:
                    self._pass(key.fileobj, other)
                elif key.fileobj is self._woken:
                    self._woken.recv(100)

    def _silent_until_woken(self):
        while self._silent.is_set() and not self._is_closed:
            threading.Event().wait(0.05)

    def _accept(self, other):
        near, _ = self._listener.accept()
        try:
            far = socket.create_connection(self.target, 5)
        except OSError:
            near.close()
            return
        for a, b in ((near, far), (far, near)):
            other[a] = b
            self._selector.register(a, selectors.EVENT_READ)
            self._pairs.append(a)

    def _pass(self, one, other):
        try:
            data = one.recv(65536)
            if data:
                other[one].sendall(data)
                return
        except OSError:
            pass
        for end in (one, other[one]):
            other.pop(end, None)
            self._selector.unregister(end)
            end.close()
