# SPDX-License-Identifier: Apache-2.0
"""The status page's server, `tabrelay page`, and a client of its API."""
import http.client
import json

from servers import free_port

TOKEN = "a-token-for-tests-0123456789"


def add_page(config, **page):
    """Give the configuration (a path) a section page with a port of its own, and return the port."""
    port = free_port()
    section = {"listen": f"127.0.0.1:{port}", "token": TOKEN, **page}
    section = {key: value for key, value in section.items() if value is not None}
    text = config.read_text()
    if text.lstrip().startswith("{"):
        config.write_text(json.dumps({**json.loads(text), "page": section}, indent=2))
    else:
        config.write_text(f"{text.rstrip()}\npage: {json.dumps(section)}\n")
    return port


class Page:
    """The program, started. Requests are made as the page's own script makes them; headers may be replaced, None: left out."""

    def __init__(self, programs, config, **page):
        self.port = add_page(config, **page)
        self.url = f"http://127.0.0.1:{self.port}/"
        self.cookie = None
        self.headers = {}
        self.program = programs("tabrelay", ["--config", config, "page"], ready_url=self.url + "healthz")
        self.program.start()

    def request(self, method, path, body=None, **headers):
        sent = {"Host": f"127.0.0.1:{self.port}", "Cookie": self.cookie}
        if method == "POST":
            sent |= {"Content-Type": "application/json", "X-Tabrelay-Page": "1", "Origin": self.url.rstrip("/"),
                     "Sec-Fetch-Site": "same-origin"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body if body is None or isinstance(body, (bytes, str)) else json.dumps(body),
                               {name: value for name, value in sent.items() if value is not None})
            response = connection.getresponse()
            text = response.read().decode()
            self.headers = dict(response.getheaders())
        finally:
            connection.close()
        is_json = self.headers.get("Content-Type", "").startswith("application/json")
        return response.status, json.loads(text) if is_json else text

    def get(self, name, **headers):
        status, answer = self.request("GET", f"/api/v1/{name}", **headers)
        assert status == 200, answer
        return answer

    def post(self, name, body, **headers):
        return self.request("POST", f"/api/v1/{name}", body, **headers)

    def log_in(self, token=TOKEN):
        status, answer = self.post("login", {"token": token})
        if status == 200:
            self.cookie = self.headers["Set-Cookie"].split(";")[0]
        return status, answer
