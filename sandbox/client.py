# SPDX-License-Identifier: Apache-2.0
"""A small client of the sandbox: Google's REST with a service account's token, and the sandbox's own JSON API.

Python's standard library and the openssl command only. The demo, its self-test and the system tests use it.
"""
import base64
import json
import os
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

SCOPE = "https://www.googleapis.com/auth/spreadsheets https://www.googleapis.com/auth/drive"


class Refused(Exception):
    """The sandbox answered with an error status."""

    def __init__(self, status, text):
        super().__init__(f"HTTP {status}: {text[:400]}")
        self.status, self.text = status, text


def _base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Sandbox:
    """BASE is like "http://127.0.0.1:8081/"."""

    def __init__(self, base):
        self.base = base.rstrip("/")
        self._token, self._token_until = None, 0

    def call(self, method, path, body=None, headers=None):
        """One request; the parsed JSON answer. Refused when the status is not 2xx."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data=data, method=method, headers=headers or {})
        if data is not None:
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                text = response.read()
        except urllib.error.HTTPError as error:
            raise Refused(error.code, error.read().decode(errors="replace")) from None
        return json.loads(text) if text else None

    def credentials(self, account=None, project=None):
        """A service account's key: the sandbox's own, or that of any ACCOUNT and PROJECT."""
        query = urllib.parse.urlencode({k: v for k, v in (("account", account), ("project", project)) if v})
        return self.call("GET", f"/sandbox/v1/credentials?{query}")

    def token(self):
        """A bearer token, as Google's own clients get one: a JWT signed with the account's key."""
        if time.time() < self._token_until:
            return self._token
        account, now = self.credentials(), int(time.time())
        parts = [{"alg": "RS256", "typ": "JWT"},
                 {"iss": account["client_email"], "scope": SCOPE, "aud": account["token_uri"], "iat": now, "exp": now + 3600}]
        signed = ".".join(_base64url(json.dumps(part).encode()) for part in parts)
        with tempfile.NamedTemporaryFile("w", suffix=".pem") as key:
            os.chmod(key.name, 0o600)
            key.write(account["private_key"])
            key.flush()
            signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", key.name], input=signed.encode(),
                                       stdout=subprocess.PIPE, check=True).stdout
        form = urllib.parse.urlencode({"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
                                       "assertion": f"{signed}.{_base64url(signature)}"}).encode()
        with urllib.request.urlopen(self.base + "/token", data=form, timeout=30) as response:
            answer = json.load(response)
        self._token, self._token_until = answer["access_token"], time.time() + answer["expires_in"] - 60
        return self._token

    def google(self, method, path, body=None):
        """Google's REST, with a token."""
        return self.call(method, path, body, {"Authorization": f"Bearer {self.token()}"})

    def create(self, title, tabs, time_zone="Etc/GMT"):
        """A new spreadsheet with empty TABS; its id."""
        sheets = [{"properties": {"sheetId": number, "title": tab}} for number, tab in enumerate(tabs)]
        made = self.google("POST", "/v4/spreadsheets",
                           {"properties": {"title": title, "timeZone": time_zone}, "sheets": sheets})
        return made["spreadsheetId"]

    def spreadsheet(self, spreadsheet):
        return self.call("GET", f"/sandbox/v1/spreadsheets/{spreadsheet}")

    def tab(self, spreadsheet, title):
        """The tab's properties by its title."""
        return next(tab for tab in self.spreadsheet(spreadsheet)["tabs"] if tab["title"] == title)

    def rows(self, spreadsheet, sheet_id, first=0, count=None):
        """The cells of the rows from FIRST on, as the page gets them."""
        found = []
        while count is None or len(found) < count:
            want = 1000 if count is None else min(1000, count - len(found))
            page = self.call("GET", f"/sandbox/v1/spreadsheets/{spreadsheet}/tabs/{sheet_id}"
                                    f"?row={first + len(found)}&rows={want}")["rows"]
            found += page
            if len(page) < want:
                break
        return found

    def act(self, spreadsheet, action):
        """Do what a person does in the grid."""
        return self.call("POST", f"/sandbox/v1/spreadsheets/{spreadsheet}/actions", action)

    def install_script(self, spreadsheet, webhook_url, secret, user="owner@example.com"):
        return self.call("POST", f"/sandbox/v1/spreadsheets/{spreadsheet}/script",
                         {"function": "install", "arguments": [webhook_url, secret], "user": user})

    def requests(self, after=0):
        return self.call("GET", f"/sandbox/v1/requests?after={after}")
