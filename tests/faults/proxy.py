# SPDX-License-Identifier: Apache-2.0
"""What a bad network does: a TCP proxy that stands between two of us, and packets that are dropped."""
import contextlib
import os
import shutil
import socket
import subprocess
import threading
import time

import pytest

from servers import free_port

CHUNK = 4096


class Proxy:
    """Listens on `port` and passes everything on to 127.0.0.1:TARGET."""

    def __init__(self, target):
        self.target, self.port = target, free_port()
        self.lock, self.pairs = threading.Lock(), []
        self.is_cut, self.delay_s, self.bytes_per_s = False, 0.0, None
        self.listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, daemon=True).start()

    def silence(self):
        """From now on nothing passes, in either direction, though every packet is acknowledged. What is connected now stays silent for ever."""
        self.is_cut = True
        with self.lock:
            self.dead = [s for pair in self.pairs for s in pair]
            self.pairs = []

    def slow(self, delay_s, bytes_per_s):
        """What comes takes DELAY_S longer, and so many bytes a second pass."""
        self.delay_s, self.bytes_per_s = delay_s, bytes_per_s

    def heal(self):
        self.is_cut, self.delay_s, self.bytes_per_s = False, 0.0, None

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
        self.is_cut = True
        for s in [self.listener, *self.dead_and_alive()]:
            with contextlib.suppress(OSError):
                s.shutdown(socket.SHUT_RDWR)
            s.close()

    dead = ()

    def dead_and_alive(self):
        with self.lock:
            return [*self.dead, *(s for pair in self.pairs for s in pair)]

    def _accept(self):
        while True:
            try:
                ours, _ = self.listener.accept()
            except OSError:
                return
            if self.is_cut:
                with self.lock:
                    self.dead = [*self.dead, ours]  # never answered
                continue
            try:
                theirs = socket.create_connection(("127.0.0.1", self.target), 10)
            except OSError:
                ours.close()
                continue
            theirs.settimeout(None)
            for s in (ours, theirs):
                s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.lock:
                self.pairs.append((ours, theirs))
            for a, b in ((ours, theirs), (theirs, ours)):
                threading.Thread(target=self._pass, args=(a, b, (ours, theirs)), daemon=True).start()

    def _is_alive(self, pair):
        with self.lock:
            return pair in self.pairs

    def _pass(self, a, b, pair):
        while True:
            try:
                data = a.recv(CHUNK if self.bytes_per_s is None else 256)
                if not self._is_alive(pair):
                    return  # cut: it is neither passed on nor closed
                if self.delay_s:
                    time.sleep(self.delay_s)
                if self.bytes_per_s:
                    time.sleep(len(data) / self.bytes_per_s)
                if not data:
                    b.shutdown(socket.SHUT_WR)
                    return
                b.sendall(data)
            except OSError:
                if self._is_alive(pair):
                    for s in pair:
                        with contextlib.suppress(OSError):
                            s.shutdown(socket.SHUT_RDWR)
                return
