# SPDX-License-Identifier: Apache-2.0
"""The sandbox as Google's clients and a person's browser meet it, over HTTP."""
import base64
import gzip
import json
import re
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import pytest
from programs import ROOT, Program, run, wait_until
from servers import free_port

sys.path.insert(0, str(ROOT / "sandbox"))
from client import Refused, Sandbox  # noqa: E402

READ_MASK = "sheets(properties(sheetId,title,gridProperties),data(startRow,startColumn,rowData(values(effectiveValue))))"


class Google:
    """One running sandbox."""

    def __init__(self, folder, *options):
        self.program = Program("tabrelay-sandbox", ["--listen", "127.0.0.1:0", *options], folder, ready_log="listening on ")
        self.program.stop_within_s = 2
        self.start()

    def start(self):
        self.program.start()
        self.url = re.findall(r"listening on (http://127.0.0.1:\d+)/", self.program.log())[-1]
        self.client = Sandbox(self.url)

    def raw(self, method, path, body=None, headers=None, token=True):
        """Status, headers, text; never raises for a status."""
        request = urllib.request.Request(self.url + path, data=body, method=method, headers=headers or {})
        if token:
            request.add_header("Authorization", f"Bearer {self.client.token()}")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read().decode()

    def call(self, method, path, body=None):
        return self.client.google(method, path, body)

    def own(self, method, path, body=None):
        return self.client.call(method, "/sandbox/v1" + path, body)

    def refusal(self, method, path, body=None):
        """The error object of a call that must fail."""
        with pytest.raises(Refused) as caught:
            self.call(method, path, body)
        error = json.loads(caught.value.text)["error"]
        assert error["code"] == caught.value.status
        return error

    def create(self):
        return self.call("POST", "/v4/spreadsheets", {"properties": {"title": "Test"}})["spreadsheetId"]

    def batch(self, book, *requests, **more):
        return self.call("POST", f"/v4/spreadsheets/{book}:batchUpdate", {"requests": list(requests), **more})

    def put(self, book, area, values, option="USER_ENTERED"):
        return self.call("PUT", f"/v4/spreadsheets/{book}/values/{urllib.parse.quote(area)}?valueInputOption={option}",
                         {"values": values})

    def get(self, book, area, **options):
        query = urllib.parse.urlencode(options)
        return self.call("GET", f"/v4/spreadsheets/{book}/values/{urllib.parse.quote(area)}?{query}").get("values")

    def act(self, book, action, **more):
        return self.client.act(book, {"action": action, "user": "ann@example.com", "sheetId": 0, **more})


@pytest.fixture(scope="module")
def google(tmp_path_factory):
    started = Google(tmp_path_factory.mktemp("sandbox"), "--quota", "off")
    yield started
    started.program.stop()


@pytest.fixture
def book(google):
    return google.create()


def cell(value):
    kind = {str: "stringValue", bool: "boolValue", int: "numberValue", float: "numberValue"}[type(value)]
    return {"userEnteredValue": {kind: value}}


def write(row, column, *values, sheet_id=0):
    return {"updateCells": {"start": {"sheetId": sheet_id, "rowIndex": row, "columnIndex": column},
                            "rows": [{"values": [cell(v) for v in values]}], "fields": "userEnteredValue"}}


def rows(start, end, dimension="ROWS"):
    return {"sheetId": 0, "dimension": dimension, "startIndex": start, "endIndex": end}


# ---- batchUpdate

def test_a_batch_is_all_or_nothing(google, book):
    google.batch(book, write(0, 0, "kept"))
    error = google.refusal("POST", f"/v4/spreadsheets/{book}:batchUpdate",
                           {"requests": [write(0, 0, "lost"), {"deleteDimension": {"range": rows(5, 2000)}}]})
    assert error["message"] == ("Invalid requests[1].deleteDimension: Cannot delete a row that doesn't exist. Tried to delete row "
                                "index 1999 but there are only 1000 rows.")
    assert error["status"] == "INVALID_ARGUMENT"
    assert google.get(book, "A1") == [["kept"]]


def test_a_batch_answers_one_reply_a_request_and_the_cells_it_wrote(google, book):
    answer = google.call(
        "POST", f"/v4/spreadsheets/{book}:batchUpdate?fields=updatedSpreadsheet.{READ_MASK},replies",
        {"requests": [{"insertDimension": {"range": rows(1, 3)}}, write(2, 1, "x", 2.5, True),
                      {"addSheet": {"properties": {"sheetId": 7, "title": "More"}}}],
         "includeSpreadsheetInResponse": True, "responseRanges": ["Sheet1!A2:D4"]})
    assert [list(reply) for reply in answer["replies"]] == [[], [], ["addSheet"]]
    assert answer["replies"][2]["addSheet"]["properties"]["sheetId"] == 7
    assert answer["updatedSpreadsheet"] == {"sheets": [{
        "properties": {"sheetId": 0, "title": "Sheet1", "gridProperties": {"rowCount": 1002, "columnCount": 26}},
        "data": [{"startRow": 1, "rowData": [{}, {"values": [
            {}, {"effectiveValue": {"stringValue": "x"}}, {"effectiveValue": {"numberValue": 2.5}},
            {"effectiveValue": {"boolValue": True}}]}]}]}]}


def test_text_is_never_evaluated_and_a_range_clears_what_it_is_not_given(google, book):
    google.batch(book, write(0, 0, "=1+1", "007", "TRUE"))
    assert google.get(book, "A1:C1", valueRenderOption="FORMULA") == [["=1+1", "007", "TRUE"]]
    google.batch(book, {"updateCells": {"range": {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 1, "startColumnIndex": 0,
                                                  "endColumnIndex": 3},
                                        "rows": [{"values": [{}, cell("b")]}], "fields": "userEnteredValue"}})
    assert google.get(book, "A1:C1") == [["", "b"]]


def test_writing_past_the_grid_says_where_it_ends(google, book):
    error = google.refusal("POST", f"/v4/spreadsheets/{book}:batchUpdate", {"requests": [write(1000, 0, "x")]})
    assert error["message"] == ("Invalid requests[0].updateCells: Range (Sheet1!A1001) exceeds grid limits. Max rows: 1000, "
                                "max columns: 26")
    google.batch(book, {"appendDimension": {"dimension": "ROWS", "length": 1}}, write(1000, 0, "x"))
    assert google.get(book, "A1001") == [["x"]]


def test_a_cell_holds_fifty_thousand_characters(google, book):
    google.batch(book, write(0, 0, "é" * 50000))
    error = google.refusal("POST", f"/v4/spreadsheets/{book}:batchUpdate", {"requests": [write(0, 0, "é" * 50001)]})
    assert error["message"] == ("Invalid requests[0].updateCells: Your input contains more than the maximum of 50000 characters "
                                "in a single cell.")


def test_ten_million_cells_are_the_most(google, book):
    error = google.refusal("POST", f"/v4/spreadsheets/{book}:batchUpdate",
                           {"requests": [{"appendDimension": {"dimension": "ROWS", "length": 384000}}]})
    assert error["message"] == ("Invalid requests[0].appendDimension: This action would increase the number of cells in the "
                                "workbook above the limit of 10000000 cells.")


def test_rows_are_inserted_deleted_and_moved(google, book):
    google.put(book, "A1", [["a"], ["b"], ["c"], ["d"]])
    google.batch(book, {"moveDimension": {"source": rows(0, 1), "destinationIndex": 3}})
    assert google.get(book, "A:A") == [["b"], ["c"], ["a"], ["d"]]
    google.batch(book, {"deleteDimension": {"range": rows(1, 2)}}, {"insertDimension": {"range": rows(0, 1)}})
    assert google.get(book, "A:A") == [[], ["b"], ["a"], ["d"]]
    google.batch(book, {"deleteRange": {"range": {"startRowIndex": 1, "endRowIndex": 2}, "shiftDimension": "ROWS"}})
    assert google.get(book, "A:A") == [[], ["a"], ["d"]]


def test_formats_show_numbers_as_dates(google, book):
    google.batch(book, write(0, 0, 45350.5, 45350), {"repeatCell": {
        "range": {"startRowIndex": 0, "endRowIndex": 1, "startColumnIndex": 0, "endColumnIndex": 1},
        "cell": {"userEnteredFormat": {"numberFormat": {"type": "DATE_TIME", "pattern": "yyyy-mm-dd hh:mm:ss"}}},
        "fields": "userEnteredFormat.numberFormat"}})
    assert google.get(book, "A1:B1") == [["2024-02-28 12:00:00", "45350"]]
    assert google.get(book, "A1:B1", valueRenderOption="UNFORMATTED_VALUE") == [[45350.5, 45350]]


def test_sort_and_find_replace(google, book):
    google.put(book, "A1", [["b", 2], ["", 9], ["a", 3], [5, 1]], "RAW")
    google.batch(book, {"sortRange": {"range": {"startColumnIndex": 0, "endColumnIndex": 2},
                                      "sortSpecs": [{"dimensionIndex": 0, "sortOrder": "ASCENDING"}]}})
    assert google.get(book, "A1:B4") == [["5", "1"], ["a", "3"], ["b", "2"], ["", "9"]]
    reply = google.batch(book, {"findReplace": {"find": "A", "replacement": "zz", "allSheets": True}})["replies"][0]
    assert reply == {"findReplace": {"valuesChanged": 1, "rowsChanged": 1, "sheetsChanged": 1, "occurrencesChanged": 1}}


def test_developer_metadata_moves_with_its_row_and_an_id_is_used_once(google, book):
    made = {"createDeveloperMetadata": {"developerMetadata": {
        "metadataId": 5, "metadataKey": "batch", "metadataValue": "1", "visibility": "DOCUMENT",
        "location": {"dimensionRange": rows(3, 4)}}}}
    google.batch(book, made, {"insertDimension": {"range": rows(0, 2)}})
    found = google.call("GET", f"/v4/spreadsheets/{book}/developerMetadata/5")
    assert found["location"]["dimensionRange"] == {"dimension": "ROWS", "startIndex": 5, "endIndex": 6}
    error = google.refusal("POST", f"/v4/spreadsheets/{book}:batchUpdate", {"requests": [made]})
    assert "already exists" in error["message"]
    lookup = {"dataFilters": [{"developerMetadataLookup": {"metadataKey": "batch"}}]}
    assert len(google.call("POST", f"/v4/spreadsheets/{book}/developerMetadata:search", lookup)["matchedDeveloperMetadata"]) == 1
    google.batch(book, {"deleteDeveloperMetadata": {"dataFilter": lookup["dataFilters"][0]}})
    assert google.call("POST", f"/v4/spreadsheets/{book}/developerMetadata:search", lookup) == {}


def test_an_unsupported_request_is_named(google, book):
    error = google.refusal("POST", f"/v4/spreadsheets/{book}:batchUpdate", {"requests": [{"addChart": {}}]})
    assert error["message"] == "Invalid requests[0].addChart: this request is not implemented by the tabrelay sandbox."


# ---- bodies, masks, forms of requests

def test_unknown_names_and_wrong_types_get_googles_sentences(google, book):
    error = google.refusal("POST", f"/v4/spreadsheets/{book}:batchUpdate",
                           {"requests": [{"addSheet": {"properties": {"x": 1}}},
                                         {"deleteDimension": {"range": {"startIndex": "one", "dimension": "ROW"}}}]})
    assert error["message"].split("\n") == [
        'Invalid JSON payload received. Unknown name "x" at \'requests[0].add_sheet.properties\': Cannot find field.',
        "Invalid value at 'requests[1].delete_dimension.range.start_index' (TYPE_INT32), \"one\"",
        "Invalid value at 'requests[1].delete_dimension.range.dimension' (type.googleapis.com/google.apps.sheets.v4.Dimension), "
        '"ROW"']
    assert error["details"][0]["fieldViolations"][0]["field"] == "requests[0].add_sheet.properties"


def test_masks_take_dots_slashes_parentheses_and_stars(google, book):
    path = f"/v4/spreadsheets/{book}?fields="
    assert google.call("GET", path + "sheets.properties.title") == {"sheets": [{"properties": {"title": "Sheet1"}}]}
    assert google.call("GET", path + "sheets/properties/title") == {"sheets": [{"properties": {"title": "Sheet1"}}]}
    assert google.call("GET", path + "properties(timeZone),sheets(properties(sheetId,title,sheetType,gridProperties))") == {
        "properties": {"timeZone": "Etc/GMT"},
        "sheets": [{"properties": {"sheetId": 0, "title": "Sheet1", "sheetType": "GRID",
                                   "gridProperties": {"rowCount": 1000, "columnCount": 26}}}]}
    assert set(google.call("GET", path + "*")) == {"spreadsheetId", "properties", "sheets", "spreadsheetUrl"}
    error = google.refusal("GET", path + "sheets.nothing")
    assert error["message"] == "Request contains an invalid argument."
    assert error["details"][0]["fieldViolations"][0]["description"] == (
        "Error expanding 'fields' parameter. Cannot find matching fields for path 'sheets.nothing'.")


def test_clients_may_zip_bodies_wrap_single_requests_and_send_nulls(google, book):
    body = json.dumps({"requests": {"update_cells": {"start": {"sheet_id": "0", "row_index": None}, "fields": "user_entered_value",
                                                     "rows": {"values": cell("zipped")}}}}).encode()
    status, _, text = google.raw("POST", f"/v4/spreadsheets/{book}/:batchUpdate?prettyPrint=false&alt=json&key=k",
                                 gzip.compress(body), {"Content-Encoding": "gzip"})
    assert (status, text) == (200, f'{{"spreadsheetId":"{book}","replies":[{{}}]}}')
    assert google.get(book, "'Sheet1'!A1") == [["zipped"]]
    seen = google.client.requests()[-2]  # before the get
    assert (seen["bytes"], seen["plain"]) == (len(gzip.compress(body)), len(body))
    status, _, text = google.raw("POST", f"/v4/spreadsheets/{book}:batchUpdate", b"\x1f\x8bnot gzip",
                                 {"Content-Encoding": "gzip"})
    assert status == 400 and "torn or no gzip" in text


def test_answers_are_indented_unless_asked(google, book):
    assert google.raw("GET", f"/v4/spreadsheets/{book}?fields=spreadsheetId")[2] == f'{{\n  "spreadsheetId": "{book}"\n}}\n'
    error = google.refusal("GET", f"/v4/spreadsheets/{book}?nonsense=1")
    assert error["message"] == ('Invalid JSON payload received. Unknown name "nonsense": Cannot bind query parameter. Field '
                                "'nonsense' could not be found in request message.")


def test_what_is_not_there_is_404_and_an_unknown_tab_is_400(google, book):
    assert google.refusal("GET", "/v4/spreadsheets/nope") == {
        "code": 404, "message": "Requested entity was not found.", "status": "NOT_FOUND"}
    assert google.refusal("GET", f"/v4/spreadsheets/{book}/values/NOPE!A5:F15")["message"] == (
        "Unable to parse range: NOPE!A5:F15")


# ---- values

def test_values_are_parsed_as_typed_only_when_asked(google, book):
    answer = google.put(book, "A1", [["=4/2", "2020-01-01", 53, "1,5", "50%", "'7", "true", "10:30"]])
    assert answer == {"spreadsheetId": book, "updatedRange": "Sheet1!A1:H1", "updatedRows": 1, "updatedColumns": 8,
                      "updatedCells": 8}
    assert google.get(book, "A1:H1") == [["2", "2020-01-01", "53", "1,5", "50%", "7", "TRUE", "10:30:00 AM"]]
    assert google.get(book, "A1:H1", valueRenderOption="UNFORMATTED_VALUE") == [
        [2, 43831, 53, "1,5", 0.5, "7", True, 0.4375]]
    assert google.get(book, "A1:C1", valueRenderOption="UNFORMATTED_VALUE", dateTimeRenderOption="FORMATTED_STRING") == [
        [2, "2020-01-01", 53]]
    google.put(book, "A2", [["=4/2", "2020-01-01"]], "RAW")
    assert google.get(book, "A2:B2", valueRenderOption="FORMULA") == [["=4/2", "2020-01-01"]]


def test_null_leaves_a_cell_alone_and_blanks_at_the_end_are_left_out(google, book):
    google.put(book, "A1:C3", [["a", "b", "c"], [], ["d", None, ""]])
    answer = google.put(book, "A1:C3", [[None, "", None], [None], [None, "e"]])
    assert (answer["updatedRange"], answer["updatedRows"], answer["updatedCells"]) == ("Sheet1!A1:C3", 2, 2)
    assert google.get(book, "A1:E9") == [["a", "", "c"], [], ["d", "e"]]
    assert google.call("GET", f"/v4/spreadsheets/{book}/values/D4:A1?majorDimension=COLUMNS") == {
        "range": "Sheet1!A1:D4", "majorDimension": "COLUMNS", "values": [["a", "", "d"], ["", "", "e"], ["c"]]}
    assert google.call("GET", f"/v4/spreadsheets/{book}/values/Sheet1!F:G") == {
        "range": "Sheet1!F1:G1000", "majorDimension": "ROWS"}


def test_append_finds_a_table_as_google_does(google, book):
    path = f"/v4/spreadsheets/{book}/values/Sheet1:append?valueInputOption=RAW"
    first = google.call("POST", path, {"values": [["x", "", "z"]]})
    assert "tableRange" not in first and first["updates"]["updatedRange"] == "Sheet1!A1:C1"
    second = google.call("POST", path, {"values": [["x", "", "z"]]})
    assert (second["tableRange"], second["updates"]["updatedRange"]) == ("Sheet1!C1", "Sheet1!C2:E2")


def test_batch_methods_of_values(google, book):
    answer = google.call("POST", f"/v4/spreadsheets/{book}/values:batchUpdate", {
        "valueInputOption": "RAW", "data": [{"range": "A1", "values": [[1, 2]]}, {"range": "B2:B3", "values": [[3], [4]]}]})
    assert (answer["totalUpdatedCells"], answer["totalUpdatedSheets"], len(answer["responses"])) == (4, 1, 2)
    error = google.refusal("POST", f"/v4/spreadsheets/{book}/values:batchUpdate", {
        "valueInputOption": "RAW", "data": [{"range": "A1", "values": [[9]]}, {"range": "Gone!A1", "values": [[9]]}]})
    assert error["message"] == "Invalid data[1]: Unable to parse range: Gone!A1"
    got = google.call("GET", f"/v4/spreadsheets/{book}/values:batchGet?ranges=A1:B1&ranges=B3")
    assert [r["values"] for r in got["valueRanges"]] == [[["1", "2"]], [["4"]]]
    got = google.call("POST", f"/v4/spreadsheets/{book}/values:batchGetByDataFilter",
                      {"dataFilters": [{"gridRange": {"startRowIndex": 1, "endRowIndex": 2}}]})
    assert got["valueRanges"][0]["valueRange"]["values"] == [["", "3"]]
    cleared = google.call("POST", f"/v4/spreadsheets/{book}/values:batchClear", {"ranges": ["A1:A9", "B:B"]})
    assert cleared["clearedRanges"] == ["Sheet1!A1:A9", "Sheet1!B1:B1000"]
    assert google.get(book, "A:B") is None


def test_formulas_follow_their_cells(google, book):
    google.put(book, "A1", [[1], [2], [3], ["=SUM(A1:A3)*2"], ["=IF(A4>5,UPPER(\"ok\")&A1,\"no\")"], ["=A7"], ["=A6"], ["=1/0"]])
    assert google.get(book, "A4:A8") == [["12"], ["OK1"], ["#REF!"], ["#REF!"], ["#DIV/0!"]]
    google.batch(book, {"insertDimension": {"range": rows(1, 2)}}, {"deleteDimension": {"range": rows(3, 4)}})
    assert google.get(book, "A4:A5", valueRenderOption="FORMULA") == [["=SUM(A1:A3)*2"], ['=IF(A4>5,UPPER("ok")&A1,"no")']]
    assert google.get(book, "A4") == [["6"]]


def test_drive_makes_and_removes_spreadsheets(google):
    made = google.call("POST", "/drive/v3/files", {"name": "From Drive", "mimeType": "application/vnd.google-apps.spreadsheet"})
    assert google.call("GET", f"/drive/v3/files/{made['id']}?fields=id,name,version") == {
        "id": made["id"], "name": "From Drive", "version": "1"}
    google.call("DELETE", f"/drive/v3/files/{made['id']}")
    assert google.refusal("GET", f"/v4/spreadsheets/{made['id']}")["code"] == 404


# ---- token, quota, faults

def assertion(google, tmp_path, **changes):
    account = google.client.credentials()
    key = tmp_path / "key.pem"
    key.write_text(account["private_key"])
    now = int(time.time())
    claims = {"iss": account["client_email"], "scope": "https://www.googleapis.com/auth/spreadsheets",
              "aud": account["token_uri"], "iat": now, "exp": now + 3600, **changes}
    parts = [base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=") for p in ({"alg": "RS256"}, claims)]
    signed = b".".join(parts)
    signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", key], input=signed, stdout=subprocess.PIPE, check=True).stdout
    return (signed + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()


def token(google, jwt):
    form = urllib.parse.urlencode({"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": jwt})
    status, _, text = google.raw("POST", "/token", form.encode(), token=False)
    return status, json.loads(text)


def test_tokens_are_given_for_a_fresh_signed_assertion_only(google, tmp_path):
    status, answer = token(google, assertion(google, tmp_path, aud="https://oauth2.googleapis.com/token"))
    assert status == 200 and answer["token_type"] == "Bearer"
    old = int(time.time()) - 7200
    assert token(google, assertion(google, tmp_path, iat=old, exp=old + 3600)) == (400, {
        "error": "invalid_grant",
        "error_description": "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check "
                             "your iat and exp values in the JWT claim."})
    assert token(google, assertion(google, tmp_path, aud="http://elsewhere/token"))[1]["error"] == "invalid_grant"
    assert token(google, assertion(google, tmp_path, scope="email"))[1]["error"] == "invalid_scope"
    forged = assertion(google, tmp_path)
    forged = forged[:-8] + ("AAAAAAAA" if forged[-8:] != "AAAAAAAA" else "BBBBBBBB")
    assert token(google, forged) == (400, {"error": "invalid_grant", "error_description": "Invalid JWT Signature."})


def test_a_sandbox_is_started_with_a_spreadsheet_and_an_account(google, tmp_path):
    account = tmp_path / "account.json"
    account.write_text(json.dumps(google.client.credentials()))
    address = f"127.0.0.1:{free_port()}"
    client = Sandbox(f"http://{address}")
    # The key's own token_uri is the other's; by the address that a client has reached, it is ours.
    client.credentials = lambda: {**json.loads(account.read_text()), "token_uri": f"http://{address}/token"}
    program = Program("tabrelay-sandbox", ["--listen", address, "--data", tmp_path / "data", "--account", account, "--url",
                                           "http://localhost:8090", "--book", "shop=The shop:Products,Orders"],
                      tmp_path, ready_log="listening on http://localhost:8090/\n")
    for _ in range(2):  # it is made once
        program.start()
        try:
            found = client.spreadsheet("shop")
            assert (found["title"], [t["title"] for t in found["tabs"]]) == ("The shop", ["Products", "Orders"])
            books = client.call("GET", "/sandbox/v1/spreadsheets")
            assert [book["url"] for book in books] == ["http://localhost:8090/d/shop"]
            assert client.google("GET", "/v4/spreadsheets/shop")["spreadsheetId"] == "shop"
            asked = run("tabrelay-sandbox", "--listen", address, "--health")
            assert (asked.returncode, asked.stdout) == (0, 'tabrelay-sandbox: well: {"ok":true}\n')
        finally:
            program.stop()


@pytest.mark.parametrize("options, problem", [
    (["--book", "shop:Products"], '--book: expected ID=TITLE:TAB,TAB..., got "shop:Products"'),
    (["--book", "shop=Shop:A,A"], '--book: expected ID=TITLE:TAB,TAB..., got "shop=Shop:A,A"'),
    (["--install", "http://x/,none"], "--install: there is no script to install (--script)"),
    (["--account", "/dev/null"], "oauth: /dev/null: "),
    (["--url", "localhost"], '--url: expected http://NAME:PORT, got "localhost"'),
])
def test_wrong_preparations_are_refused(options, problem):
    done = run("tabrelay-sandbox", "--listen", "127.0.0.1:0", *options)
    assert done.returncode in (1, 2)
    assert problem in done.stderr


def test_without_a_token_nothing_is_answered(google, book, tmp_path):
    for headers in ({}, {"Authorization": "Bearer ya29.made-up"}):
        status, _, text = google.raw("GET", f"/v4/spreadsheets/{book}", headers=headers, token=False)
        assert status == 401 and json.loads(text)["error"]["status"] == "UNAUTHENTICATED"
    read_only = token(google, assertion(google, tmp_path, scope="https://www.googleapis.com/auth/spreadsheets.readonly"))[1]
    headers = {"Authorization": f"Bearer {read_only['access_token']}"}
    assert google.raw("GET", f"/v4/spreadsheets/{book}", headers=headers, token=False)[0] == 200
    status, _, text = google.raw("POST", f"/v4/spreadsheets/{book}:batchUpdate", b"{}", headers, token=False)
    assert status == 403 and json.loads(text)["error"]["message"] == "Request had insufficient authentication scopes."


def test_the_quota_is_counted_for_reads_and_writes_apart(tmp_path):
    google = Google(tmp_path, "--quota", "2,3")
    try:
        book = google.create()
        google.get(book, "A1")
        google.get(book, "A1")
        error = google.refusal("GET", f"/v4/spreadsheets/{book}/values/A1")
        assert error["status"] == "RESOURCE_EXHAUSTED"
        assert error["message"] == ("Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute per user' "
                                    "of service 'sheets.googleapis.com' for consumer 'project_number:1000000000001'.")
        assert error["details"][0]["metadata"]["quota_limit"] == "ReadRequestsPerMinutePerUser"
        google.batch(book, write(0, 0, "x"))
        google.batch(book, write(0, 0, "y"))
        assert google.refusal("POST", f"/v4/spreadsheets/{book}:batchUpdate", {})["code"] == 429
        assert "Retry-After" not in google.raw("GET", f"/v4/spreadsheets/{book}")[1]
    finally:
        google.program.stop()


def test_requests_of_googles_api_wait_as_long_as_asked(tmp_path):
    google = Google(tmp_path, "--quota", "off", "--answer-ms", "40-90")
    try:
        book = google.create()
        seen = google.client.requests()[-1]["number"]
        for number in range(20):
            google.batch(book, write(0, 0, number))
        times = [request["ms"] for request in google.client.requests(seen)]
        assert len(times) == 20 and min(times) >= 40 and len(set(times)) > 5, times
        assert google.get(book, "A1") == [["19"]]
    finally:
        google.program.stop()


def account_headers(google, tmp_path, account):
    answer = token(google, assertion(google, tmp_path, iss=f"{account}.iam.gserviceaccount.com"))[1]
    return {"Authorization": f"Bearer {answer['access_token']}"}


def test_accounts_of_one_project_share_its_quota(tmp_path):
    google = Google(tmp_path, "--quota", "2,100,3,100")
    try:
        book = google.create()
        key = google.client.credentials("two", "p")
        assert (key["client_email"], key["project_id"]) == ("two@p.iam.gserviceaccount.com", "p")
        with pytest.raises(Refused, match="bad_account"):
            google.client.credentials("Two")
        one, two, other = (account_headers(google, tmp_path, account) for account in ("one@p", "two@p", "one@q"))

        def read(headers):
            status, _, text = google.raw("GET", f"/v4/spreadsheets/{book}/values/A1", headers=headers, token=False)
            return status if status == 200 else json.loads(text)["error"]
        assert [read(one), read(one)] == [200, 200]
        assert read(one)["details"][0]["metadata"]["quota_limit"] == "ReadRequestsPerMinutePerUser"
        assert read(two) == 200
        error = read(two)
        assert error["message"] == ("Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute' "
                                    "of service 'sheets.googleapis.com' for consumer 'project_number:1000000000001'.")
        metadata = error["details"][0]["metadata"]
        assert (metadata["quota_limit"], metadata["quota_limit_value"], metadata["quota_unit"]) == (
            "ReadRequestsPerMinutePerProject", "3", "1/min/{project}")
        assert read(other) == 200
        assert google.client.requests()[-1]["user"] == "one@q.iam.gserviceaccount.com"
    finally:
        google.program.stop()


def test_a_fault_may_hit_one_account_only(google, book, tmp_path):
    stranger = account_headers(google, tmp_path, "stranger@p")
    google.own("PUT", "/faults", [{"user": "stranger@", "status": 403, "count": 2}])
    assert google.raw("GET", f"/v4/spreadsheets/{book}", headers=stranger, token=False)[0] == 403
    assert google.raw("GET", f"/v4/spreadsheets/{book}")[0] == 200
    assert google.raw("GET", f"/v4/spreadsheets/{book}", headers=stranger, token=False)[0] == 403


def test_faults_before_and_after_and_without_an_answer(google, book):
    google.own("PUT", "/faults", [{"match": "batchUpdate", "status": 503, "after": True},
                                  {"match": "batchUpdate", "skip": 1, "status": 429, "body": "<html>Sorry</html>"},
                                  {"match": "values.get", "drop": True},
                                  {"match": "values.get", "delay_ms": 300}])
    path, body = f"/v4/spreadsheets/{book}:batchUpdate", json.dumps({"requests": [write(0, 0, "applied")]}).encode()
    status, _, text = google.raw("POST", path, body)
    assert status == 503 and json.loads(text)["error"]["message"] == "The service is currently unavailable."
    assert google.raw("POST", path, body)[0] == 200
    status, headers, text = google.raw("POST", path, body)
    assert (status, text) == (429, "<html>Sorry</html>") and headers["Content-Type"].startswith("text/html")
    with pytest.raises(OSError):
        google.raw("GET", f"/v4/spreadsheets/{book}/values/A1")
    since = time.monotonic()
    assert google.get(book, "A1") == [["applied"]]
    assert time.monotonic() - since >= 0.3
    assert google.own("GET", "/faults") == {"held": 0, "rules": []}
    with pytest.raises(Refused, match="faults\\[0\\]: unknown member"):
        google.own("PUT", "/faults", [{"matches": "x"}])


def test_a_held_write_lands_after_the_rows_were_sorted(google, book):
    google.put(book, "A1", [["b"], ["a"]])
    google.own("PUT", "/faults", [{"match": "batchUpdate", "hold": True}])
    writer = threading.Thread(target=google.batch, args=(book, write(0, 1, "for b")))
    writer.start()
    wait_until("the write to be held", lambda: google.own("GET", "/faults")["held"] == 1)
    google.act(book, "sort", row=0, rows=2, column=0)
    assert google.own("POST", "/faults/release") == {"released": 1}
    writer.join()
    assert google.get(book, "A1:B2") == [["a", "for b"], ["b"]]


# ---- a person, the page, events

def test_a_person_types_pastes_clears_and_undoes(google, book):
    google.act(book, "edit", row=0, column=0, value="1/2/2024")
    google.act(book, "paste", row=998, column=0, values=[["a", "b"], ["c"], ["=1+1"]])
    assert google.get(book, "A1") == [["1/2/2024"]]
    assert google.get(book, "A999:B1001") == [["a", "b"], ["c"], ["2"]]
    google.act(book, "clear", row=998, column=0, rows=3, columns=2)
    google.act(book, "undo")
    assert google.get(book, "A999:B1001") == [["a", "b"], ["c"], ["2"]]
    google.act(book, "delete_rows", index=998, count=3)
    google.act(book, "undo")
    assert google.get(book, "A999:B1001") == [["a", "b"], ["c"], ["2"]]
    google.act(book, "edit", range="B1", value="x")
    google.batch(book, {"insertDimension": {"range": rows(0, 1)}})
    with pytest.raises(Refused, match="cannot be undone"):
        google.act(book, "undo")
    with pytest.raises(Refused, match="row: expected a whole number of 0 to "):
        google.act(book, "edit", row=-1, column=0, value="x")


def test_a_person_works_with_rows_columns_and_tabs(google, book):
    google.put(book, "A1", [["a", 1], ["b", 2], ["c", 3]])
    google.act(book, "move_rows", index=0, count=1, to=3)
    google.act(book, "insert_rows", index=0, count=1)
    google.act(book, "insert_columns", index=1, count=1)
    assert google.get(book, "A1:C4") == [[], ["b", "", "2"], ["c", "", "3"], ["a", "", "1"]]
    google.act(book, "delete_columns", index=1, count=1)
    google.act(book, "set_note", row=1, column=0, note="look")
    google.act(book, "add_tab", title="Second")
    google.act(book, "rename_tab", title="First")
    shown = google.own("GET", f"/spreadsheets/{book}")
    assert [t["title"] for t in shown["tabs"]] == ["First", "Second"]
    assert (shown["tabs"][0]["lastRow"], shown["tabs"][0]["lastColumn"]) == (4, 2)
    page = google.own("GET", f"/spreadsheets/{book}/tabs/0?row=1&rows=1")
    assert page["rows"] == [[{"d": "b", "t": "s", "u": "b", "n": "look"}, {"d": "2", "t": "n", "u": "2"}, None]] or \
        page["rows"][0][:2] == [{"d": "b", "t": "s", "u": "b", "n": "look"}, {"d": "2", "t": "n", "u": "2"}]
    google.client.act(book, {"action": "delete_tab", "user": "", "tab": "Second"})
    with pytest.raises(Refused, match="remove all the sheets"):
        google.act(book, "delete_tab")


def test_a_person_cuts_and_copies_ranges(google, book):
    google.put(book, "A1", [["a", "=B2*2"], ["b", 3], ["c", 4], ["=B2", "=$B$3"]])
    google.act(book, "set_note", row=1, column=0, note="look")
    google.act(book, "cut_paste", row=1, column=0, columns=2, toRow=6, toColumn=1)
    assert google.get(book, "A1:C7", valueRenderOption="FORMULA") == [
        ["a", "=C7*2"], [], ["c", 4], ["=C7", "=$B$3"], [], [], ["", "b", 3]]
    assert google.get(book, "A1:B4") == [["a", "6"], [], ["c", "4"], ["3", "4"]]
    page = google.own("GET", f"/spreadsheets/{book}/tabs/0")["rows"]
    assert page[6][1]["n"] == "look" and page[1][0] is None
    google.act(book, "undo")
    assert google.get(book, "A1:C7", valueRenderOption="FORMULA") == [["a", "=B2*2"], ["b", 3], ["c", 4], ["=B2", "=$B$3"]]
    google.act(book, "copy_paste", row=2, column=0, rows=2, columns=2, toRow=1000 - 1, toColumn=0)
    assert google.get(book, "A1000:B1001", valueRenderOption="FORMULA") == [["c", 4], ["=B999", "=$B$3"]]
    google.act(book, "add_tab", title="Other")
    google.act(book, "cut_paste", range="A2", columns=2, toTab="Other", toRow=0, toColumn=0)
    assert google.get(book, "Other!A1:B1") == [["b", "3"]] and google.get(book, "A2:B2") is None
    with pytest.raises(Refused, match="toRow: expected a whole number of 0 to 1000"):
        google.act(book, "cut_paste", range="A1", toRow=-1, toColumn=0)
    assert google.get(book, "A1") == [["a"]]


def test_a_person_merges_cells_and_hides_rows(google, book):
    google.put(book, "A1", [["h"], ["a", "x"], ["b", "y"], ["c", "z"]])
    google.act(book, "merge_cells", row=1, column=0, rows=2, columns=2)
    assert google.get(book, "A1:B4") == [["h"], ["a"], [], ["c", "z"]]
    google.act(book, "edit", row=2, column=1, value="anchor")
    google.act(book, "insert_rows", index=2, count=1)
    google.act(book, "hide_rows", index=0, count=1)
    google.act(book, "filter", column=0, value="c")
    with pytest.raises(Refused, match="merged cells cannot be sorted"):
        google.act(book, "sort", row=1, column=0)

    def shown():
        sheet = google.call("GET", f"/v4/spreadsheets/{book}?ranges=A1:A5&fields=sheets(merges,data.rowMetadata(hiddenByUser,hiddenByFilter))")["sheets"][0]
        return sheet.get("merges"), sheet["data"][0]["rowMetadata"]
    by_filter = {"hiddenByFilter": True}
    assert shown() == ([{"startRowIndex": 1, "endRowIndex": 4, "startColumnIndex": 0, "endColumnIndex": 2}],
                       [{"hiddenByUser": True}, by_filter, by_filter, by_filter, {}])
    assert google.get(book, "A1:A5") == [["h"], ["anchor"], [], [], ["c"]]
    google.act(book, "filter")
    google.act(book, "show_rows", index=0, count=5)
    google.act(book, "unmerge_cells", row=2, column=1)
    assert shown() == (None, [{}] * 5)


def test_a_person_moves_columns_and_copies_and_moves_tabs(google, book):
    google.put(book, "A1", [["a", "b", "=A1"]])
    google.act(book, "move_columns", index=0, count=1, to=2)
    assert google.get(book, "A1:C1", valueRenderOption="FORMULA") == [["b", "a", "=B1"]]
    google.act(book, "copy_tab")
    google.act(book, "copy_tab")
    google.act(book, "edit", row=0, column=0, value="mine")
    google.act(book, "move_tab", index=3)
    tabs = google.own("GET", f"/spreadsheets/{book}")["tabs"]
    assert [t["title"] for t in tabs] == ["Copy of Sheet1 2", "Copy of Sheet1", "Sheet1"]
    assert len({t["sheetId"] for t in tabs}) == 3
    assert google.get(book, "'Copy of Sheet1'!A1:C1") == [["b", "a", "a"]] and google.get(book, "Sheet1!A1") == [["mine"]]


def test_the_page_hears_of_every_change(google, book):
    heard = []

    def listen():
        with urllib.request.urlopen(f"{google.url}/sandbox/v1/spreadsheets/{book}/events", timeout=20) as stream:
            assert stream.headers["Content-Type"] == "text/event-stream"
            for line in stream:
                heard.append(line.decode().strip())
                if sum(entry.startswith("data: ") for entry in heard) == 3:
                    return

    listener = threading.Thread(target=listen)
    listener.start()
    wait_until("the stream", lambda: ": connected" in heard)
    google.act(book, "edit", row=4, column=1, value="x")
    google.batch(book, write(1, 2, "y"))
    google.act(book, "delete_rows", index=2, count=1)
    listener.join(10)
    events = [json.loads(entry[6:]) for entry in heard if entry.startswith("data: ")]
    assert [(e["source"], e["user"], e["kind"]) for e in events] == [
        ("user", "ann@example.com", "cells"), ("api", "sandbox@tabrelay-sandbox.iam.gserviceaccount.com", "cells"),
        ("user", "ann@example.com", "structure")]
    assert (events[0]["row"], events[0]["endRow"], events[0]["column"], events[0]["endColumn"]) == (4, 5, 1, 2)
    assert events[1]["revision"] == events[0]["revision"] + 1


def test_the_page_is_served_with_a_strict_policy_and_other_sites_may_not_command(google, book):
    status, headers, text = google.raw("GET", f"/d/{book}", token=False)
    assert status == 200 and "<!DOCTYPE html>" in text
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")
    assert google.raw("GET", "/page/../main.c", token=False)[0] == 404
    body = json.dumps({"action": "add_tab"}).encode()
    status, _, text = google.raw("POST", f"/sandbox/v1/spreadsheets/{book}/actions", body, {"Origin": "http://evil.example"})
    assert status == 403 and "foreign_origin" in text
    assert google.raw("POST", f"/sandbox/v1/spreadsheets/{book}/actions", body, {"Origin": google.url})[0] == 200


def test_requests_are_listed(google, book):
    last = google.own("GET", "/requests")[-1]["number"]
    google.batch(book, write(0, 0, "a", "b"))
    entry = google.own("GET", f"/requests?after={last}")[-1]
    assert (entry["method"], entry["status"], entry["cells"]) == ("POST", 200, 2)
    assert entry["path"] == f"/v4/spreadsheets/{book}:batchUpdate"


TRIGGERED = """
function install() {
  ScriptApp.newTrigger('edited').forSpreadsheet(SpreadsheetApp.getActive()).onEdit().create();
  ScriptApp.newTrigger('changed').forSpreadsheet(SpreadsheetApp.getActive()).onChange().create();
  return SpreadsheetApp.getActive().getSheets().length;
}
function note(text) {
  const lock = LockService.getScriptLock();
  lock.waitLock(5000);
  const cell = SpreadsheetApp.getActive().getSheets()[0].getRange(1, 5);
  cell.setValue(String(cell.getValue()) + text + ';');
  lock.releaseLock();
}
function edited(e) {
  const r = e.range;
  note('edit ' + [r.getRow(), r.getColumn(), r.getNumRows(), r.getNumColumns()].join(' ') + ' ' + e.oldValue + '>' + e.value);
}
function changed(e) { note(e.changeType); }
"""


def test_people_fire_triggers_and_the_api_and_the_script_do_not(tmp_path):
    (tmp_path / "Code.gs").write_text(TRIGGERED)
    google = Google(tmp_path, "--quota", "off", "--script", tmp_path / "Code.gs")
    try:
        book = google.create()
        assert google.own("POST", f"/spreadsheets/{book}/script", {"function": "install", "user": "o@example.com"}) == {"result": 1}

        def noted(*expected):
            def told():
                return sorted(google.get(book, "E1")[0][0].rstrip(";").split(";")) if google.get(book, "E1") else []
            wait_until(f"{expected}, not {told()}", lambda: told() == sorted(expected))
            google.put(book, "E1", [[""]])

        google.put(book, "A1", [["1"], ["2"]])
        google.act(book, "edit", row=0, column=0, value="5")
        noted("EDIT", "edit 1 1 1 1 1>5")
        google.act(book, "paste", row=1, column=0, values=[["a", "b"], ["c", "d"]])
        noted("EDIT", "edit 2 1 2 2 undefined>undefined")
        google.act(book, "insert_rows", index=3, count=2)
        noted("INSERT_ROW")
        google.act(book, "move_rows", index=1, count=1, to=5)
        noted("OTHER", "edit 5 1 1 26 undefined>undefined")
        google.act(book, "sort", row=1, rows=4, column=0)
        noted("OTHER", "edit 2 1 4 26 undefined>undefined")
        google.act(book, "delete_rows", index=1, count=1)
        noted("REMOVE_ROW")
        google.act(book, "cut_paste", row=1, column=0, columns=2, toRow=9, toColumn=0)
        noted("EDIT", "edit 10 1 1 2 undefined>undefined")
        google.act(book, "copy_paste", row=9, column=0, toRow=1, toColumn=0)
        noted("EDIT", "edit 2 1 1 1 undefined>undefined")
        google.act(book, "merge_cells", row=1, column=0, rows=2)
        noted("OTHER")
        google.act(book, "hide_rows", index=3, count=2)
        noted("OTHER")
        google.act(book, "copy_tab")
        noted("INSERT_GRID")
        google.act(book, "move_tab", index=2)
        noted("OTHER")
        google.put(book, "A1", [["x"]])
        google.client.act(book, {"action": "move_columns", "user": "", "tab": "Copy of Sheet1", "index": 0, "to": 3})
        noted("OTHER", "edit 1 3 1001 1 undefined>undefined")
    finally:
        google.program.stop()


# ---- start, stop, kill

def test_acknowledged_writes_survive_kill_9(tmp_path):
    google = Google(tmp_path, "--quota", "off", "--data", tmp_path / "data")
    book = google.create()
    google.batch(book, {"updateSheetProperties": {"properties": {"title": "Länder", "gridProperties": {"frozenRowCount": 1}},
                                                  "fields": "title,gridProperties.frozenRowCount"}},
                 {"createDeveloperMetadata": {"developerMetadata": {"metadataKey": "k", "visibility": "PROJECT",
                                                                    "location": {"spreadsheet": True}}}})
    google.put(book, "A1", [["a", "2024-02-29", "=1+1", 1.25, True, "'5"]])
    google.act(book, "insert_rows", index=0, count=2)
    google.act(book, "set_note", row=2, column=0, note='a "note"')
    token, before = google.client.token(), google.call("GET", f"/v4/spreadsheets/{book}?includeGridData=true")
    google.program.kill()
    google.start()
    google.client._token, google.client._token_until = token, time.time() + 60
    after = google.call("GET", f"/v4/spreadsheets/{book}?includeGridData=true")
    assert {**after, "spreadsheetUrl": ""} == {**before, "spreadsheetUrl": ""}
    for number in range(200):
        google.put(book, f"A{number + 5}", [[number] * 5])
    google.batch(book, {"deleteDimension": {"range": rows(4, 14)}})
    google.program.kill()
    file = next((tmp_path / "data/books").glob("*.jsonl"))
    with open(file, "ab") as torn:
        torn.write(b'{"revision":999,"tabs":[')
    google.start()
    assert len(google.get(book, "A5:E")) == 190
    assert "torn" in google.program.log()
    google.program.stop()


def test_a_growing_journal_is_written_anew(tmp_path):
    google = Google(tmp_path, "--quota", "off", "--data", tmp_path / "data")
    book = google.create()
    for number in range(30):
        google.put(book, "A1", [[f"{number} " + "x" * 49000]] * 2, "RAW")
    file = next((tmp_path / "data/books").glob("*.jsonl"))
    assert file.stat().st_size < 2_500_000
    google.program.stop()
    google.start()
    assert google.get(book, "A2")[0][0].startswith("29 x")
    google.program.stop()


def test_the_command_line_is_checked(tmp_path):
    assert run("tabrelay-sandbox", "--version").stdout.startswith("tabrelay-sandbox ")
    assert "--quota" in run("tabrelay-sandbox", "--help").stdout
    for arguments, message in [(["--listen", "8090"], 'expected HOST:PORT, got "8090"'),
                               (["--listen", "127.0.0.1:99999"], "the port must be 0 to 65535"),
                               (["--quota", "much"], "expected google, off, READS,WRITES or READS"),
                               (["--answer-ms", "800-200"], '--answer-ms: expected LOW-HIGH, 0 to 60000 milliseconds, got "800-200"'),
                               (["--answer-ms", "200-"], 'got "200-"'),
                               (["stray"], 'unexpected argument "stray"')]:
        done = run("tabrelay-sandbox", *arguments)
        assert done.returncode != 0 and message in done.stderr, done.stderr


def test_ten_thousand_rows_are_quick(google, book):
    google.batch(book, {"appendDimension": {"dimension": "ROWS", "length": 9500}})
    values = [{"values": [cell(f"key {n}"), cell(n), cell("text " * 5)]} for n in range(10000)]
    since = time.monotonic()
    google.batch(book, {"updateCells": {"start": {}, "rows": values, "fields": "userEnteredValue"}})
    for n in range(0, 10000, 500):
        google.batch(book, write(n, 1, n + 1), includeSpreadsheetInResponse=True, responseRanges=[f"A{n + 1}:B{n + 1}"])
    assert len(google.get(book, "A:A")) == 10000
    assert time.monotonic() - since < 20
