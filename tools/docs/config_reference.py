# SPDX-License-Identifier: Apache-2.0
"""The configuration's reference (docs/configuration.md) out of schemas/tabrelay.schema.json and the comments of schemas/example.yaml.

The schema says which keys there are, what they may be and their defaults; the example's comments say what they are for.
"""
import json
import re

# Kinds that the schema defines once, in words.
KINDS = {"text": "text", "secret": "text", "port": "1 to 65535", "quota": "1 to 100000", "duration": "time: `500ms`, `30s`, `10m`, `1h`",
         "age": "age: `90d`, `36h`, `forever`",
         "size": "size: `64KiB`, `2MiB`, `1GiB`", "listen": "`ADDRESS:PORT`", "url": "URL", "switch": "`true`, `false`",
         "column_name": "a column's name", "digits": None, "indirect": None}
KEY = re.compile(r"^(?P<indent> *)(?P<off># )?(?P<item>- )?(?P<key>[a-z_]+):(?P<rest>.*)$")


def comments(example):
    """Dotted key -> comment of the example, also of keys that are commented out; an item of a list is "mappings[]"."""
    found, path, last = {}, [], None
    for line in example.splitlines():
        match = KEY.match(line)
        if match is None:
            more = re.match(r"^ {20,}# (.*)$", line)
            if more and last:
                found[last] += " " + more[1]
            continue
        depth = len(match["indent"]) + (2 if match["item"] else 0)
        path = [(at, key) for at, key in path if at < depth]
        if match["item"] and path:
            path[-1] = (path[-1][0], path[-1][1].removesuffix("[]") + "[]")
        path.append((depth, match["key"]))
        last = ".".join(key for _, key in path)
        comment = re.search(r"(?:^|\s)# (.*)$", match["rest"])
        found[last] = comment[1] if comment else ""
    return found


def meaning(comment, description, allowed):
    """The example's comment without the default, or the schema's description where that says no more than the table does."""
    comment = re.sub(r"[;,]?\s*(all true by default|default [\w.:]+)$|^default([ ;:][^;]*(; ?)?)?$|;$", "", comment).strip()
    if re.sub(r"[\W_]", "", comment) == re.sub(r"[\W_]", "", allowed) or re.fullmatch(r"(ms, s, m, h|B, KiB, MiB)?", comment) \
            or comment.startswith("...") or comment.endswith("..."):
        comment = description
    comment = comment.rstrip(".")
    return comment if comment.startswith(("mysql", "tabrelay")) else comment[:1].upper() + comment[1:]


def values(node, defs):
    """What the key may be, in words; None: nothing is to be said."""
    if "enum" in node:
        return ", ".join(f"`{value}`" for value in node["enum"])
    if "$ref" in node:
        name = node["$ref"].rsplit("/", 1)[1]
        return KINDS[name] if name in KINDS else values(defs[name], defs)
    if node.get("type") == "integer":
        return f"{node['minimum']} to {node['maximum']}"
    if node.get("type") == "array":
        return "list"
    options = [values(option, defs) for option in node.get("anyOf", node.get("allOf", []))]
    options = [option for option in options if option]
    return " or ".join(dict.fromkeys(options)) or "text"


def rows(node, defs, prefix, known):
    for name, child in node["properties"].items():
        path = f"{prefix}.{name}" if prefix else name
        if child.get("type") == "object":
            yield from rows(child, defs, path, known)
            continue
        if name == "mappings":
            continue
        needed = name in node.get("required", [])
        default = "**required**" if needed else f"`{json.dumps(child['default'], ensure_ascii=False)}`" if "default" in child else ""
        default = re.sub(r'^`"([^"\\ ]+)"`$', r"`\1`", default)
        shown = path.removeprefix("mappings[].columns[].").removeprefix("mappings[].")
        allowed = values(child, defs)
        yield shown, allowed, default, meaning(known.get(path, ""), child.get("description", ""), allowed)


def table(lines):
    yield "| key | value | default | what it is |"
    yield "| --- | --- | --- | --- |"
    for line in lines:
        yield "| `" + line[0] + "` | " + " | ".join(cell.replace("|", "\\|") for cell in line[1:]) + " |"


def reference(schema_text, example):
    schema = json.loads(schema_text)
    defs, known = schema["$defs"], comments(example)
    sections = {"": ("Of the file", {"properties": {}})}
    for name, child in schema["properties"].items():
        if child.get("type") == "object":
            sections[name] = (f"{name}:", child)
        else:
            sections[""][1]["properties"][name] = child
    sections["mappings[]"] = ("mappings: a list, of each mapping", defs["mapping"])
    column = next(option for option in defs["column"]["anyOf"] if option.get("type") == "object")
    sections["mappings[].columns[]"] = ("columns: of a mapping; a column's name, or", column)
    for prefix, (title, node) in sections.items():
        yield f"## {title}"
        yield ""
        yield from table(rows(node, defs, prefix, known))
        yield ""
