# SPDX-License-Identifier: Apache-2.0
"""The demo's spreadsheet in the sandbox: create it, write its service account's key, install Code.gs."""
import json
import os
import sys

from client import Sandbox

TABS = ("Countries", "Subdivisions", "Currencies")


def main():
    sandbox = Sandbox(os.environ["DEMO_SANDBOX_URL"])
    job = sys.argv[1]
    if job == "create":
        print(sandbox.create("World (ISO codes)", TABS))
    elif job == "credentials":
        with open(os.open(os.environ["DEMO_CREDENTIALS"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w",
                  encoding="utf-8") as file:
            json.dump(sandbox.credentials(), file)
    elif job == "script":
        sandbox.install_script(os.environ["DEMO_SPREADSHEET"], os.environ["DEMO_WEBHOOK_URL"],
                               os.environ["DEMO_WEBHOOK_SECRET"])


if __name__ == "__main__":
    main()
