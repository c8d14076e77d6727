# SPDX-License-Identifier: Apache-2.0
"""A bad network: a TCP proxy between two of us that can be slow or silent, and packets that are dropped."""
import contextlib
import os
import queue
import shutil
import socket
import subprocess
import threading
import time

import pytest

from servers import free_port

CHUNK = 4096
WAITING_MAX = 256  # chunks on their way; then the sender waits


class Proxy:
    """Listens on `port`, and passes everything on to 127.0.0.1:TARGET."""

    def __init__(self, target):
        self.target, self.port = target, free_port()
        self.delay_s, self.bytes_per_s = 0.0, None
        self._speaks = threading.Event()
        self._lock, self._sockets, self._is_closed = threading.Lock(), [], False
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=64)
        self.heal()
        threading.Thread(target=self._accept, daemon=True).start()

    def silence(self):
        """From now on nothing passes, in either direction, not even that a connection has ended; every packet is acknowledged all the same."""
        self._speaks.clear()

    def slow(self, delay_s, bytes_per_s):
        """What comes takes DELAY_S longer, and so many bytes a second pass."""
        self.delay_s, self.bytes_per_s = delay_s, bytes_per_s

    def heal(self):
        """As at the beginning; what was held back is passed on."""
        self.delay_s, self.bytes_per_s = 0.0, None
        self._speaks.set()

    @contextlib.contextmanager
    def dropped(self):
        """No packet arrives, in either direction: not even that a connection has ended. Of this machine's loopback and this port only."""
        if os.geteuid() != 0 or shutil.which("iptables", path="/usr/sbin:/sbin") is None:
            pytest.skip("packets cannot be dropped here: that needs root and iptables")
        rules = [["INPUT", "-i", "lo", "-p", "tcp", side, str(self.port), "-j", "DROP"] for side in ("--dport", "--sport")]
        try:
            for rule in rules:
                subprocess.run(["/usr/sbin/iptables", "-w", "-I", *rule], check=True)
            yield
        finally:
            for rule in rules:
                subprocess.run(["/usr/sbin/iptables", "-w", "-D", *rule], check=False)

    def close(self):
        with self._lock:
            self._is_closed = True
            for one in [self._listener, *self._sockets]:
                end(one)
        self.heal()

    def _accept(self):
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            self._speaks.wait()
            try:
                far = socket.create_connection(("127.0.0.1", self.target), 10)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            with self._lock:
                self._sockets += [near, far]
                if self._is_closed:
                    end(near, far)
            for one, other in ((near, far), (far, near)):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                waiting = queue.Queue(WAITING_MAX)
                threading.Thread(target=self._read, args=(one, waiting), daemon=True).start()
                threading.Thread(target=self._pass, args=(waiting, one, other), daemon=True).start()

    @staticmethod
    def _read(one, waiting):
        data = True
        while data:
            try:
                data = one.recv(CHUNK)
            except OSError:
                data = None  # reset
            waiting.put((time.monotonic(), data))

    def _pass(self, waiting, one, other):
        """In the order in which it came, and not before its time."""
        while True:
            came_s, data = waiting.get()
            time.sleep(max(0.0, came_s + self.delay_s - time.monotonic()))
            if self.bytes_per_s and data:
                time.sleep(len(data) / self.bytes_per_s)
            self._speaks.wait()
            try:
                if data:
                    other.sendall(data)
                elif data == b"":
                    other.shutdown(socket.SHUT_WR)
                    return
                else:
                    raise ConnectionResetError
            except OSError:
                end(one, other)
                if not data:
                    return


def end(*sockets):
    """Whoever waits for one of them is woken."""
    for one in sockets:
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
