# SPDX-License-Identifier: Apache-2.0
"""The JSON Schema and the program agree on which configurations are good."""
import json
from pathlib import Path

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
FILES = ROOT / "tests" / "unit" / "config"

# What a schema cannot tell: syntax, repeated keys, other files, the environment, and rules between items.
BEYOND_A_SCHEMA = {
    "bad_alias", "bad_aliases_without_end", "bad_control_characters", "bad_directions", "bad_duplicate_keys",
    "bad_duplicates", "bad_empty", "bad_indentation", "bad_secrets", "bad_syntax", "bad_two_documents", "bad_utf8",
}


class Yaml12(yaml.SafeLoader):
    """As tabrelay reads it: `off`, `no` and dates are text."""


Yaml12.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in pairs if tag.rsplit(":", 1)[1] in ("int", "float", "null")]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def errors_of(path):
    schema = json.loads((ROOT / "schemas" / "tabrelay.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    document = yaml.load(path.read_text(), Loader=Yaml12)
    return list(jsonschema.Draft202012Validator(schema).iter_errors(document))


@pytest.mark.parametrize("path", [ROOT / "schemas" / "example.yaml", *sorted(FILES.glob("good_*.yaml"))],
                         ids=lambda path: path.stem)
def test_the_schema_accepts_a_good_file(path):
    assert [error.message for error in errors_of(path)] == []


@pytest.mark.parametrize("path", [p for p in sorted(FILES.glob("bad_*.yaml")) if p.stem not in BEYOND_A_SCHEMA],
                         ids=lambda path: path.stem)
def test_the_schema_refuses_a_bad_file(path):
    assert errors_of(path) != []


def test_the_schema_finds_each_value_that_is_out_of_range():
    where = {".".join(map(str, e.absolute_path)) for e in errors_of(FILES / "bad_ranges.yaml")}
    assert where >= {
        "instance", "log_level", "mysql.port", "mysql.server_id", "mysql.tls", "google.base_url",
        "google.reads_per_minute", "google.writes_per_minute", "google.project_reads_per_minute",
        "google.spreadsheet_writes_per_minute", "webhook.listen", "webhook.url", "webhook.max_body",
        "webhook.max_age", "webhook.threads", "replicator.metrics_listen", "replicator.snapshot_rows",
        "replicator.reconcile_every", "keep.edits", "mappings.0.table", "mappings.0.spreadsheet", "mappings.0.tab",
        "mappings.0.direction", "mappings.0.conflict", "mappings.0.delete_limit_rows",
        "mappings.0.delete_limit_percent", "mappings.0.key",
    }


def test_the_schema_and_the_example_name_the_same_keys():
    """Every key that the schema knows stands in the example, given or as a comment."""
    schema = json.loads((ROOT / "schemas" / "tabrelay.schema.json").read_text())
    example = (ROOT / "schemas" / "example.yaml").read_text()

    def keys(node):
        if isinstance(node, dict):
            yield from node.get("properties", {})
            for child in node.values():
                yield from keys(child)
        elif isinstance(node, list):
            for child in node:
                yield from keys(child)

    assert [key for key in keys(schema) if f"{key}:" not in example] == []
