# SPDX-License-Identifier: Apache-2.0
"""An HTTP server that keeps what it is sent: the other end of Drive's notification channels."""
import http.server
import threading


class Receiver:
    """`requests` holds (path, headers, body) in the order of arrival; `status` is what each gets as an answer."""

    def __init__(self):
        self.requests, self.status = [], 200
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                receiver.requests.append((self.path, dict(self.headers), body))
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def states(self):
        return [headers["X-Goog-Resource-State"] for _, headers, _ in self.requests]

    def close(self):
        self._server.shutdown()
        self._server.server_close()
