# SPDX-License-Identifier: Apache-2.0
"""The sandbox's Drive: who changed a file last, and channels that tell of changes."""
import json
import time

import pytest
from programs import wait_until
from receiver import Receiver
from test_sandbox import Google, assertion, token


@pytest.fixture(scope="module")
def google(tmp_path_factory):
    started = Google(tmp_path_factory.mktemp("drive"), "--quota", "off", "--notify-after", "100", "--channel-life", "60000")
    yield started
    started.program.stop()


@pytest.fixture
def book(google):
    return google.create()


@pytest.fixture
def receiver():
    running = Receiver()
    yield running
    running.close()


def watch(google, book, receiver, channel, **more):
    return google.call("POST", f"/drive/v3/files/{book}/watch?supportsAllDrives=true",
                       {"id": channel, "type": "web_hook", "address": receiver.url + "hook", "token": "secret", **more})


def edit(google, book, value):
    google.act(book, "edit", range="A1", value=value)


def test_a_file_says_its_version_and_who_changed_it_last(google, book):
    def look():
        return google.call("GET", f"/drive/v3/files/{book}?fields=version,modifiedTime,lastModifyingUser(me,emailAddress)")

    made = look()
    assert made["lastModifyingUser"]["me"] is True
    edit(google, book, "x")
    edited = look()
    assert int(edited["version"]) > int(made["version"])
    assert edited["lastModifyingUser"] == {"me": False, "emailAddress": "ann@example.com"}
    assert look() == edited


def test_a_channel_tells_of_changes_once_for_many(google, book, receiver):
    made = watch(google, book, receiver, "one")
    assert made["kind"] == "api#channel" and made["id"] == "one" and made["token"] == "secret"
    assert 0 < int(made["expiration"]) - time.time() * 1000 <= 60000
    wait_until("the sync message", lambda: receiver.states() == ["sync"])
    for n in range(5):
        edit(google, book, n)
    wait_until("the notification", lambda: receiver.states() == ["sync", "update"])
    path, headers, body = receiver.requests[1]
    assert path == "/hook" and body == b""
    assert headers["X-Goog-Channel-ID"] == "one" and headers["X-Goog-Channel-Token"] == "secret"
    assert headers["X-Goog-Resource-ID"] == made["resourceId"] and headers["X-Goog-Changed"] == "content"
    assert headers["X-Goog-Message-Number"] == "2" and headers["X-Goog-Channel-Expiration"].endswith(" GMT")
    google.put(book, "B1", [["by the API"]])
    wait_until("one for the API's write, too", lambda: receiver.states() == ["sync", "update", "update"])


def test_a_stopped_channel_is_silent(google, book, receiver):
    made = watch(google, book, receiver, "two")
    wait_until("the sync message", lambda: receiver.states() == ["sync"])
    wrong = google.refusal("POST", "/drive/v3/channels/stop", {"id": "two", "resourceId": "another"})
    assert wrong["code"] == 404
    google.call("POST", "/drive/v3/channels/stop", {"id": "two", "resourceId": made["resourceId"]})
    assert [c for c in google.own("GET", "/channels") if c["id"] == "two"] == []
    other = watch(google, book, receiver, "two-more")
    wait_until("the other channel's sync message", lambda: receiver.states() == ["sync", "sync"])
    edit(google, book, "x")
    wait_until("the other channel's message", lambda: receiver.states() == ["sync", "sync", "update"])
    assert receiver.requests[-1][1]["X-Goog-Channel-ID"] == other["id"] == "two-more"


def test_a_channel_ends_when_its_time_is_over(google, book, receiver):
    watch(google, book, receiver, "short", expiration=str(int(time.time() * 1000) + 300))
    assert [c["file"] for c in google.own("GET", "/channels") if c["id"] == "short"] == [book]
    wait_until("the end", lambda: not [c for c in google.own("GET", "/channels") if c["id"] == "short"])


def test_notifications_are_dropped_and_retried(google, book, receiver):
    watch(google, book, receiver, "three")
    wait_until("the sync message", lambda: receiver.states() == ["sync"])
    google.own("PUT", "/faults", [{"match": "notification", "drop": True}])
    edit(google, book, "lost")
    wait_until("the drop", lambda: google.own("GET", "/faults")["rules"] == [])
    assert receiver.states() == ["sync"]
    receiver.status = 503
    edit(google, book, "tried again")
    wait_until("the second try", lambda: receiver.states() == ["sync", "update", "update"])


@pytest.mark.parametrize("change, sentence", [
    ({"type": "pigeon"}, 'Unknown channel type "pigeon".'),
    ({"id": ""}, "Invalid value for: channel id: at most 64 characters."),
    ({"token": "a\r\nX-Evil: 1"}, "Invalid value for: channel token: at most 256 characters."),
    ({"address": "http://example.com/"}, "WebHook callback must be HTTPS: http://example.com/"),
    ({"adress": "x"}, "Invalid JSON payload received. Unknown name \"adress\": Cannot find field."),
])
def test_a_bad_channel_is_refused(google, book, receiver, change, sentence):
    body = {"id": "bad", "type": "web_hook", "address": receiver.url, **change}
    assert google.refusal("POST", f"/drive/v3/files/{book}/watch", body)["message"] == sentence


def test_a_channel_id_is_used_once(google, book, receiver):
    watch(google, book, receiver, "again")
    with pytest.raises(Exception, match="not unique"):
        watch(google, book, receiver, "again")


@pytest.mark.parametrize("scope, looks, makes", [
    ("spreadsheets", 403, 403), ("drive.metadata.readonly", 200, 403), ("drive", 200, 200)])
def test_drive_asks_for_its_own_scopes(google, book, tmp_path, scope, looks, makes):
    bearer = token(google, assertion(google, tmp_path, scope=f"https://www.googleapis.com/auth/{scope}"))[1]["access_token"]
    headers = {"Authorization": f"Bearer {bearer}", "Content-Type": "application/json"}
    assert google.raw("GET", f"/drive/v3/files/{book}", headers=headers, token=False)[0] == looks
    new = json.dumps({"name": "n", "mimeType": "application/vnd.google-apps.spreadsheet"}).encode()
    assert google.raw("POST", "/drive/v3/files", new, headers, token=False)[0] == makes
