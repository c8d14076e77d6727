#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Print sandbox/discovery_table.c: the names and types of Google's Sheets and Drive APIs that the sandbox checks requests against.

Usage: tools/discovery_table.py sheets.v4.json drive.v3.json > sandbox/discovery_table.c

They are Google's discovery documents (Apache-2.0). Debian's package python3-googleapi carries them in
googleapiclient/discovery_cache/documents/; https://sheets.googleapis.com/$discovery/rest?version=v4 and
https://www.googleapis.com/discovery/v1/apis/drive/v3/rest are the sources.
Only what the supported methods can reach is printed.
"""
import json
import sys

METHODS = [[
    "spreadsheets.create",
    "spreadsheets.get",
    "spreadsheets.getByDataFilter",
    "spreadsheets.batchUpdate",
    "spreadsheets.values.get",
    "spreadsheets.values.batchGet",
    "spreadsheets.values.batchGetByDataFilter",
    "spreadsheets.values.update",
    "spreadsheets.values.batchUpdate",
    "spreadsheets.values.append",
    "spreadsheets.values.clear",
    "spreadsheets.values.batchClear",
    "spreadsheets.developerMetadata.get",
    "spreadsheets.developerMetadata.search",
], [
    "files.create",
    "files.get",
    "files.delete",
    "files.watch",
    "channels.stop",
]]
SCALARS = {
    ("string", ""): "STRING",
    ("string", "byte"): "STRING",
    ("string", "google-fieldmask"): "STRING",
    ("string", "google-datetime"): "STRING",
    ("string", "date-time"): "STRING",
    ("string", "date"): "STRING",
    ("string", "int64"): "INT64",
    ("integer", "int32"): "INT32",
    ("integer", "uint32"): "INT32",
    ("number", "float"): "FLOAT",
    ("number", "double"): "DOUBLE",
    ("boolean", ""): "BOOL",
    ("any", ""): "ANY",
}


def find_method(document, name):
    node = document
    *resources, last = name.split(".")
    for resource in resources:
        node = node["resources"][resource]
    return node["methods"][last]


def references(value):
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        for below in value.values():
            yield from references(below)
    elif isinstance(value, list):
        for below in value:
            yield from references(below)


def reachable(document, methods):
    found, waiting = set(), []
    for method in methods:
        waiting += [method[part]["$ref"] for part in ("request", "response") if part in method]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += references(document["schemas"][name].get("properties", {}))
    return sorted(found)


class Enums:
    def __init__(self):
        self.lists = []

    def index(self, values):
        values = tuple(values)
        if values not in self.lists:
            self.lists.append(values)
        return self.lists.index(values)


def describe(prop, index, enums):
    """(type, repeated, reference) of one property."""
    repeated = prop.get("type") == "array"
    if repeated:
        prop = prop["items"]
    if prop.get("type") == "array":
        return "LIST", True, 0
    if "$ref" in prop:
        return "MESSAGE", repeated, index[prop["$ref"]]
    if "enum" in prop:
        return "ENUM", repeated, enums.index(prop["enum"])
    if prop.get("type") == "object":
        return "ANY", repeated, 0
    return SCALARS[(prop["type"], prop.get("format", ""))], repeated, 0


def field(name, prop, index, enums):
    kind, repeated, reference = describe(prop, index, enums)
    return '    {"%s", DISCOVERY_%s, %s, %d},' % (name, kind, str(repeated).lower(), reference)


def strings(values):
    text = "".join('"%s\\0" ' % v for v in values)
    return text.strip() or '""'


def read(path):
    with open(path, encoding="utf-8") as source:
        return json.load(source)


def print_fields(document, names, index, enums):
    for name in names:
        print("static const struct discovery_field fields_%d[] = { /* %s */" % (index[name], name))
        for prop, what in sorted(document["schemas"][name].get("properties", {}).items()):
            print(field(prop, what, index, enums))
        print("    {0},\n};")


def print_parameters(number, name, method, index, enums):
    print("static const struct discovery_field parameters_%d[] = { /* %s */" % (number, name))
    for prop, what in sorted(method.get("parameters", {}).items()):
        if what["location"] == "query":
            if what.get("repeated"):
                what = {"type": "array", "items": what}
            print(field(prop, what, index, enums))
    print("    {0},\n};")


def main():
    if len(sys.argv) != 1 + len(METHODS) or sys.argv[1].startswith("-"):
        print(__doc__.strip())
        sys.exit(0 if sys.argv[1:] == ["--help"] else 2)
    documents = [read(path) for path in sys.argv[1:]]
    enums = Enums()
    schemas, methods = [], []
    print("/* SPDX-License-Identifier: Apache-2.0 */")
    print("/* Made by tools/discovery_table.py from Google's discovery documents, revisions %s. Do not edit. */"
          % " and\n * ".join(document["revision"] for document in documents))
    print("/* clang-format off */")
    print('#include "sandbox/discovery_table.h"\n')
    for document, wanted in zip(documents, METHODS):
        found = [find_method(document, name) for name in wanted]
        names = reachable(document, found)
        index = {name: len(schemas) + i for i, name in enumerate(names)}
        print_fields(document, names, index, enums)
        for name, method in zip(wanted, found):
            print_parameters(len(methods), name, method, index, enums)
            parts = [index[method[p]["$ref"]] if p in method else -1 for p in ("request", "response")]
            methods.append('    {"%s", %d, %d, parameters_%d},' % (name, parts[0], parts[1], len(methods)))
        schemas += names
    print("const struct discovery_schema discovery_schemas[] = {")
    for i, name in enumerate(schemas):
        print('    {"%s", fields_%d},' % (name, i))
    print("};\nconst size_t discovery_n_schemas = %d;" % len(schemas))
    print("const char *const discovery_enums[] = {")
    for values in enums.lists:
        print("    %s," % strings(values))
    print("};\nconst struct discovery_method discovery_methods[] = {")
    print("\n".join(methods))
    print("    {0},\n};")


main()
