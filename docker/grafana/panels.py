# SPDX-License-Identifier: Apache-2.0
"""The parts of a Grafana dashboard as JSON (schema version 39: Grafana 10.4 and later); dashboards.py puts them together.

A panel is made by stat, lines, bars, table, gauge or text, and laid out by rows: each row is a list of panels that share its width.
Queries may use $mapping (a regular expression of names) and $__rate_interval.
"""
WIDTH = 24  # of Grafana's grid
SCHEMA = 39
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
GREEN, YELLOW, RED, BLUE = "green", "yellow", "red", "blue"


def above(yellow=None, red=None):
    """Thresholds: green, from YELLOW on yellow, from RED on red."""
    return [(None, GREEN)] + [(value, colour) for value, colour in ((yellow, YELLOW), (red, RED)) if value is not None]


def below(yellow, red):
    """Thresholds: red up to RED, yellow up to YELLOW, then green."""
    return [(None, RED), (red, YELLOW), (yellow, GREEN)]


def query(expression, legend="", kind="range", number=0):
    """KIND: range, or instant (the newest value only)."""
    return {"refId": chr(ord("A") + number), "datasource": SOURCE, "expr": expression, "legendFormat": legend or "__auto",
            "range": kind == "range", "instant": kind != "range",
            "format": "table" if kind == "table" else "time_series", "editorMode": "code"}


def queries(pairs, kind="range"):
    """PAIRS: an expression, or a list of (expression, legend)."""
    pairs = [(pairs, "")] if isinstance(pairs, str) else pairs
    return [query(expression, legend, kind, number) for number, (expression, legend) in enumerate(pairs)]


def panel(kind, title, what, targets, unit, thresholds, options, height=8, custom=None, mappings=None, decimals=None, overrides=None):
    """WHAT is the description that people see; THRESHOLDS as above() and below() give them."""
    steps = [{"value": value, "color": colour} for value, colour in thresholds or [(None, BLUE)]]
    defaults = {"unit": unit, "color": {"mode": "thresholds" if thresholds or kind == "stat" else "palette-classic"},
                "thresholds": {"mode": "absolute", "steps": steps}, "custom": custom or {}, "mappings": mappings or []}
    if decimals is not None:
        defaults["decimals"] = decimals
    if kind in ("timeseries", "barchart"):
        defaults["color"] = {"mode": "palette-classic"}
        defaults["min"] = 0
    return {"type": kind, "title": title, "description": what, "datasource": SOURCE, "targets": targets,
            "fieldConfig": {"defaults": defaults, "overrides": overrides or []}, "options": options, "height": height}


def names(texts):
    """Values of a stat as words: {1: ("connected", GREEN)}."""
    return [{"type": "value", "options": {str(value): {"text": text, "color": colour, "index": index}
                                          for index, (value, (text, colour)) in enumerate(texts.items())}}]


def stat(title, what, pairs, unit="short", thresholds=None, texts=None, height=4, decimals=None):
    """One large number for each series, as it is now."""
    return panel("stat", title, what, queries(pairs), unit, thresholds,
                 {"reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}, "colorMode": "background_solid" if texts else "value",
                  "graphMode": "none" if texts else "area", "justifyMode": "auto", "textMode": "auto", "orientation": "auto"},
                 height, mappings=names(texts) if texts else None, decimals=decimals)


def lines(title, what, pairs, unit="short", thresholds=None, stack=False, height=8):
    """Lines over time; thresholds are drawn as lines."""
    custom = {"drawStyle": "line", "lineWidth": 1, "fillOpacity": 25 if stack else 8, "showPoints": "never", "spanNulls": 60000,
              "lineInterpolation": "linear", "stacking": {"mode": "normal" if stack else "none", "group": "A"},
              "thresholdsStyle": {"mode": "dashed" if thresholds else "off"}}
    return panel("timeseries", title, what, queries(pairs), unit, thresholds,
                 {"legend": {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []},
                  "tooltip": {"mode": "multi", "sort": "desc"}}, height, custom)


def states(title, what, expression, legend, texts, height=8):
    """A bar over time for each series, in the colours of its values; TEXTS as names() takes them."""
    return panel("state-timeline", title, what, queries([(expression, legend)]), "short", [(None, BLUE)],
                 {"showValue": "never", "rowHeight": 0.8, "mergeValues": True, "legend": {"displayMode": "list", "placement": "bottom",
                  "showLegend": True}, "tooltip": {"mode": "single"}}, height, {"fillOpacity": 70, "lineWidth": 0}, names(texts))


def gauge(title, what, pairs, unit="percentunit", thresholds=None, height=8):
    """A bar for each series, of a share between 0 and 1."""
    made = panel("bargauge", title, what, queries(pairs, "instant"), unit, thresholds,
                 {"reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}, "displayMode": "basic",
                  "orientation": "horizontal", "showUnfilled": True, "valueMode": "color", "minVizHeight": 16, "minVizWidth": 8,
                  "namePlacement": "auto", "sizing": "auto"}, height)
    made["fieldConfig"]["defaults"].update(min=0, max=1)
    return made


def table(title, what, columns, by, thresholds=None, height=8):
    """A line for each value of the label BY; COLUMNS: [(heading, expression, unit, thresholds)]."""
    targets = [query(expression, "", "table", number) for number, (_, expression, _, _) in enumerate(columns)]
    shown = {by: by.capitalize()}
    overrides = []
    for target, (heading, _, unit, steps) in zip(targets, columns):
        shown[f"Value #{target['refId']}"] = heading
        properties = [{"id": "unit", "value": unit}]
        if steps:
            properties += [{"id": "thresholds", "value": {"mode": "absolute", "steps": [{"value": v, "color": c} for v, c in steps]}},
                           {"id": "custom.cellOptions", "value": {"type": "color-text"}}]
        overrides.append({"matcher": {"id": "byName", "options": heading}, "properties": properties})
    made = panel("table", title, what, targets, "short", None, {"showHeader": True, "cellHeight": "sm", "footer": {"show": False}},
                 height, {"align": "auto", "cellOptions": {"type": "auto"}}, overrides=overrides)
    order = {name: index for index, name in enumerate(shown)}
    made["transformations"] = [
        {"id": "merge", "options": {}},
        {"id": "filterFieldsByName", "options": {"include": {"names": list(shown)}}},
        {"id": "organize", "options": {"excludeByName": {}, "indexByName": order, "renameByName": shown}}]
    return made


def alert_list(title, what, height=8):
    """The alerts that Prometheus has pending or firing; an empty table when all is well."""
    made = panel("table", title, what, [query('ALERTS{alertname=~"Tabrelay.*"}', "", "table")], "short", None,
                 {"showHeader": True, "cellHeight": "sm", "footer": {"show": False}}, height)
    made["transformations"] = [{"id": "organize", "options": {
        "excludeByName": {"Time": True, "Value": True, "__name__": True, "job": True, "instance": True},
        "indexByName": {"alertname": 0, "severity": 1, "alertstate": 2, "mapping": 3},
        "renameByName": {"alertname": "Alert", "severity": "Severity", "alertstate": "State", "mapping": "Mapping"}}}]
    return made


def text(title, markdown, height=8):
    return {"type": "text", "title": title, "options": {"mode": "markdown", "content": markdown}, "height": height}


def variables(has_mapping):
    found = [{"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus", "hide": 0, "refresh": 1,
              "current": {}, "includeAll": False, "multi": False, "options": [], "regex": ""}]
    if has_mapping:
        values = "label_values(tabrelay_mapping_state, mapping)"
        found.append({"name": "mapping", "label": "Mapping", "type": "query", "datasource": SOURCE, "definition": values,
                      "query": {"query": values, "refId": "mapping"}, "refresh": 2, "sort": 1, "hide": 0, "includeAll": True,
                      "multi": True, "allValue": ".*", "current": {"text": ["All"], "value": ["$__all"]}, "options": [], "regex": ""})
    return found


def placed(rows):
    """The panels of ROWS with their places in the grid and their numbers."""
    panels, top = [], 0
    for row in rows:
        width, left = WIDTH // len(row), 0
        height = max(p["height"] for p in row)
        for number, p in enumerate(row):
            p = {key: value for key, value in p.items() if key != "height"}
            p_width = width if number < len(row) - 1 else WIDTH - left
            panels.append({"id": len(panels) + 1, **p, "gridPos": {"x": left, "y": top, "w": p_width, "h": height}})
            left += p_width
        top += height
    return panels


def dashboard(uid, title, what, rows):
    """A whole dashboard: its file is UID.json."""
    uses_mapping = "$mapping" in repr(rows)
    return {"uid": uid, "title": title, "description": what, "tags": ["tabrelay"], "schemaVersion": SCHEMA, "version": 1,
            "editable": True, "graphTooltip": 1, "refresh": "15s", "time": {"from": "now-1h", "to": "now"}, "timezone": "browser",
            "timepicker": {}, "fiscalYearStartMonth": 0, "weekStart": "", "annotations": {"list": []},
            "links": [{"type": "dashboards", "title": "tabrelay", "tags": ["tabrelay"], "asDropdown": False, "includeVars": True,
                       "keepTime": True, "targetBlank": False, "icon": "external link", "tooltip": "", "url": ""}],
            "templating": {"list": variables(uses_mapping)}, "panels": placed(rows)}
