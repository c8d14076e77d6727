# SPDX-License-Identifier: Apache-2.0
"""A minimal WebDriver client: chromedriver and chromium, Python's standard library only. https://www.w3.org/TR/webdriver2/"""
import base64
import json
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars"]
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
KEYS = {"Enter": "\ue007", "Tab": "\ue004", "Escape": "\ue00c", "Delete": "\ue017", "F2": "\ue032", "F10": "\ue03a", "Control": "\ue009",
        "Shift": "\ue008", "Alt": "\ue00a", "ArrowUp": "\ue013", "ArrowDown": "\ue015", "ArrowLeft": "\ue012", "ArrowRight": "\ue014",
        "Home": "\ue011", "End": "\ue010", "PageDown": "\ue00f"}


class Browser:
    def __init__(self, width=1280, height=800, dark=False, scale=1):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        self.profile = tempfile.mkdtemp(prefix="tabrelay-browser-")
        self.driver = subprocess.Popen([shutil.which("chromedriver"), f"--port={port}"], stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
        self.base = f"http://127.0.0.1:{port}"
        self.session = None
        flags = [*FLAGS, f"--user-data-dir={self.profile}", f"--window-size={width},{height}",
                 f"--force-device-scale-factor={scale}"]
        if dark:
            flags.append("--blink-settings=preferredColorScheme=0")
        try:
            self._wait_ready()
            made = self._call("POST", "/session", {"capabilities": {"alwaysMatch": {
                "browserName": "chrome", "goog:chromeOptions": {"args": flags, "binary": shutil.which("chromium")},
                "goog:loggingPrefs": {"browser": "ALL"}}}})
            self.session = f"/session/{made['sessionId']}"
            self._call("POST", self.session + "/goog/cdp/execute", {
                "cmd": "Emulation.setDeviceMetricsOverride",
                "params": {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False}})
        except BaseException:
            self.close()
            raise

    def _wait_ready(self):
        for _ in range(100):
            try:
                if self._call("GET", "/status")["ready"]:
                    return
            except (urllib.error.URLError, OSError):
                pass
            time.sleep(0.1)
        raise RuntimeError("chromedriver did not start")

    def _call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data=data, method=method,
                                         headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return json.load(response)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(json.load(error)["value"]["message"]) from None

    def open(self, url):
        self._call("POST", self.session + "/url", {"url": url})

    def script(self, code, *arguments):
        """Run CODE (with `return`) in the page; WebDriver's own way, which the page's policy does not stop."""
        return self._call("POST", self.session + "/execute/sync", {"script": code, "args": list(arguments)})

    def find(self, selector):
        return self._call("POST", self.session + "/element", {"using": "css selector", "value": selector})

    def text(self, selector):
        return self.script("return document.querySelector(arguments[0])?.textContent ?? null", selector)

    def _pointer(self, actions):
        self._call("POST", self.session + "/actions", {"actions": [
            {"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": actions}]})

    def click(self, selector, times=1, button=0):
        move = {"type": "pointerMove", "duration": 0, "x": 0, "y": 0, "origin": self.find(selector)}
        press = [{"type": "pointerDown", "button": button}, {"type": "pointerUp", "button": button}]
        self._pointer([move] + press * times)

    def drag(self, start, end):
        self._pointer([{"type": "pointerMove", "duration": 0, "x": 0, "y": 0, "origin": self.find(start)},
                       {"type": "pointerDown", "button": 0},
                       {"type": "pointerMove", "duration": 50, "x": 0, "y": 0, "origin": self.find(end)},
                       {"type": "pointerUp", "button": 0}])

    def type(self, text):
        """Keys one after the other; "{Enter}" and "{Control+c}" are named keys and chords."""
        events = []
        while text:
            if text.startswith("{"):
                names, _, text = text[1:].partition("}")
                keys = [KEYS.get(name, name) for name in names.split("+")]
                events += [{"type": "keyDown", "value": k} for k in keys]
                events += [{"type": "keyUp", "value": k} for k in reversed(keys)]
            else:
                events += [{"type": "keyDown", "value": text[0]}, {"type": "keyUp", "value": text[0]}]
                text = text[1:]
        self._call("POST", self.session + "/actions", {"actions": [{"type": "key", "id": "keys", "actions": events}]})

    def wait(self, what, condition, timeout_s=15):
        deadline = time.monotonic() + timeout_s
        while True:
            value = condition()
            if value:
                return value
            if time.monotonic() > deadline:
                raise AssertionError(f"waited {timeout_s} s in vain: {what}")
            time.sleep(0.01)

    def picture(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self._call("GET", self.session + "/screenshot")))

    def console(self):
        """What the page complained about."""
        return [entry["message"] for entry in self._call("POST", self.session + "/se/log", {"type": "browser"})
                if entry["level"] in ("SEVERE", "WARNING")]

    def close(self):
        if self.session:
            try:
                self._call("DELETE", self.session)
            except (RuntimeError, OSError):
                pass
        self.driver.terminate()
        self.driver.wait(10)
        shutil.rmtree(self.profile, ignore_errors=True)
