# SPDX-License-Identifier: Apache-2.0
"""Every error that has a remedy (docs/errors.md), out of the sources: err_hint() and the findings of `tabrelay check`.

A remedy belongs to the message that was set just before it in the same function; where one function turns the peer's own
words into an error, the message is the peer's and only its beginning is known.
"""
import pathlib
import re

TEXT = r'(?:"(?:[^"\\]|\\.)*"\s*(?:PRI\w+\s*)?)+'
AREAS = {"common/mysql": "MySQL: connections and statements", "common": "Everywhere", "replicator/binlog": "The binlog",
         "replicator/sheets": "Google", "replicator": "Mappings, tabs and tables", "webhook": "The webhook",
         "cli/check": "tabrelay check", "cli": "The command line"}
# Where the message is the peer's, which one it is: by the beginning of the remedy.
WHEN = {
    "Check mysql.user": "mysql: …: access denied (1045, 1698)",
    "Give the user the missing": "mysql: …: command or access denied (1044, 1142, 1143, 1227)",
    "Allow the user": "mysql: …: the host is not allowed to connect (1130)",
    "Check mysql.host": "mysql: …: cannot connect (2002, 2003, 2005)",
    "Free space": "mysql: …: the disk or the table is full (1021, 1114, 3675)",
    "Name all servers that may take": "mysql: …: the server is read-only (1290, 1836)",
    "Raise the server's": "mysql: …: too many connections (1040, 1203, 1226)",
    "The server's certificate": "mysql: …: SSL connection error (2026)",
    "Who answers there has no certificate": "http: SSL: no alternative certificate subject name matches, certificate has expired, "
                                            "unable to get local issuer certificate, self-signed certificate",
    "Every mapped table must": "binlog: a purged or reset log: the position is not there any more",
    "Another program reads": "binlog: a replica with the same server_uuid or server_id has connected",
    "GRANT REPLICATION": "binlog: access denied",
    "Set binlog_checksum": "binlog: the checksum is of a kind that is not known",
    "A tab was renamed": "sheets: HTTP 400: Unable to parse range, No grid with id",
    "Delete blank rows": "sheets: HTTP 400: above the limit of 10000000 cells",
    "Let … edit": "sheets: HTTP 400 or 403: a protected cell or object",
    "Quota …": "sheets: HTTP 429, or 403 rateLimitExceeded",
    "Share the spreadsheet": "sheets: HTTP 403: The caller does not have permission",
    "Switch the Google Drive": "drive: HTTP 403",
    "The … API is": "sheets: HTTP 403: the API has not been used in the project, or is disabled",
    "Is the spreadsheet's id": "sheets: HTTP 404: Requested entity was not found",
    "The access token": "sheets: HTTP 401",
    "Run `tabrelay init-db` first": "tabrelay's own tables are not there",
    "Run `tabrelay init-db`:": "state: a table is missing (1146)",
    "Set replicator.on_purged": "the binlog after the checkpoint is gone, and on_purged is stop",
    "Create tabrelay's tables": "the state database is not there (1044, 1049)",
    "Make the state database": "the state database is not there (1044, 1049)",
    "Start tabrelay-webhook, or correct webhook.url, webhook.public_url": "webhook: …",
    "Correct the mapping's where or order_by.": "MySQL refuses the condition or the order",
    "tabrelay init-db": "the state database or a table of it is not there, or is older",
    "Start tabrelay-webhook, or correct webhook.url.": "the webhook does not answer",
    "The webhook runs with": "the webhook answers unknown_mapping",
    "tabrelay init writes a": "cannot read …: No such file or directory, Permission denied",
    "Run what `tabrelay grants` prints: the user may not delete": "prune: DELETE command denied to user … for table …",
    "--output wants a folder": "cannot make …: No such file or directory, Permission denied",
    "Another program listens": "http: listen on … port …: Address already in use",
    "Give another name": "cannot write …: File exists; … is there already",
    "Put the user's password": "the password of …: cannot read …, or its first line is empty",
}

def text_of(literals):
    """C's string literals as one text, with "…" for what is filled in."""
    joined = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', re.sub(r"\bPRI[dux]\d+\b", '"d"', literals)))
    joined = re.sub(r"%[-+ 0#]*(\*|\d+)?(\.(\*|\d+))?(ll|l|z|h|j)?[a-zA-Z]", "…", joined)
    joined = joined.replace('\\"', '"').replace("\\n", " ").replace("%%", "%")
    return joined.strip()


def literals_in(code):
    return [text_of(match) for match in re.findall(TEXT, code)]


def when(remedy):
    return next((WHEN[start] for start in WHEN if remedy.startswith(start)), None)


def hints(source):
    for match in re.finditer(r"\berr_hint\(\s*[^,;]*,(.*?)\);", source, re.S):
        function = source[source.rfind("\n{\n", 0, match.start()) + 1:match.start()]
        found = [*re.finditer(rf"\berr_(?:set|errno)\(\s*[^,;]*,\s*(?:ERR_\w+,\s*)?({TEXT})", function)]
        for remedy in literals_in(match[1])[:1]:
            yield when(remedy) or (text_of(found[-1][1]) if found else "*the peer's own words*"), remedy


def arguments(call):
    """The arguments of a call in C, split at the commas that are in no string and no parenthesis."""
    found, depth, start = [], 0, 0
    for token in re.finditer(r'"(?:[^"\\]|\\.)*"|[(),]', call):
        if token[0] == "," and depth == 0:
            found.append(call[start:token.start()])
            start = token.end()
        depth += {"(": 1, ")": -1}.get(token[0], 0)
    return [*found, call[start:]]


def findings(source):
    """findings_add(findings, level, id, what, mend, format, ...): those whose remedy is a text of its own."""
    for match in re.finditer(r"\bfindings_add\((.*?)\);", source, re.S):
        parts = arguments(match[1])
        if len(parts) < 6 or parts[1].strip() == "FINDING_OK":
            continue
        remedy, message = " or: ".join(literals_in(parts[4])), " ".join(literals_in(parts[5]))
        if remedy:
            yield message if re.search(r"\w", message) else when(remedy) or "*the error's own words*", remedy


def cell(text):
    return text.replace("|", "\\|").replace("*.*", "\\*.\\*").replace("<", "&lt;")


def area_of(path):
    name = str(path)
    return max((area for area in AREAS if name.startswith(area)), key=len)


def reference(root):
    found = {}
    for path in sorted(root.glob("**/*.c")):
        relative = path.relative_to(root)
        if relative.parts[0] not in ("common", "replicator", "webhook", "cli"):
            continue
        area, source = area_of(relative), path.read_text()
        if path.name == "err.c":
            continue
        for message, remedy in [*hints(source), *findings(source)]:
            found.setdefault(area, {})[(message, remedy)] = None
    for area, title in AREAS.items():
        if area not in found:
            continue
        yield f"### {title}"
        yield ""
        yield "| message | what to do |"
        yield "| --- | --- |"
        for message, remedy in sorted(found[area], key=lambda pair: (pair[0].lower(), pair[1])):
            yield f"| {cell(message)} | {cell(remedy)} |"
        yield ""
