# SPDX-License-Identifier: Apache-2.0
"""TLS with real certificates: to MySQL (statements and the binlog's stream) and to Google. A wrong one is refused before anything is said."""
import http.server
import json
import pathlib
import shutil
import ssl
import subprocess
import threading

import pytest

from certificates import KINDS, Certificates
from programs import BUILD, run, wait_until
from servers import own_mounts
from stack import USER_PASSWORD

WRONG = [kind for kind in KINDS if kind != "good"]
BUNDLE = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("certificates"))


class TlsServer:
    """A server whose certificate can be changed while it runs."""

    def __init__(self, server, certificates):
        self.server, self.certificates = server, certificates

    def show(self, kind):
        certificate, key = self.certificates.of(kind)
        ca = self.certificates.folder / "ca.pem"
        for source, name in ((certificate, "tls.pem"), (key, "tls.key"), (ca, "tls-ca.pem")):
            shutil.copy(source, self.server.dir / name)
        if self.server.flavour == "mysql":
            for variable, name in (("ssl_ca", "tls-ca.pem"), ("ssl_cert", "tls.pem"), ("ssl_key", "tls.key")):
                self.server.sql(f"SET GLOBAL {variable} = '{self.server.inside(self.server.dir / name)}'")
            self.server.sql("ALTER INSTANCE RELOAD TLS NO ROLLBACK ON ERROR")
        else:
            self.server.stop()
            self.server.extra = [f"--ssl-ca={self.server.dir}/tls-ca.pem", f"--ssl-cert={self.server.dir}/tls.pem", f"--ssl-key={self.server.dir}/tls.key"]
            self.server.start()


def configure(stack, **mysql):
    config = json.loads(stack.config.read_text())
    config["mysql"].update(mysql)
    config["mysql"] = {key: value for key, value in config["mysql"].items() if value is not None}
    stack.config.write_text(json.dumps(config))


def connected(stack):
    """(is it, what is said, the remedy) by `tabrelay check`."""
    found = json.loads(run("tabrelay", "--config", stack.config, "check", "--json").stdout)["checks"]
    first = next(check for check in found if check["id"].startswith("mysql."))
    return first["status"] == "ok", first["message"], first["remedy"]


def test_mysqls_certificate_is_verified_by_both_programs_and_by_the_stream(make_own_stack, certificates):
    stack = make_own_stack(start=False)
    tls = TlsServer(stack.server, certificates)
    tls.show("good")
    configure(stack, tls="verify", tls_ca=str(certificates.ca))
    assert connected(stack)[0], connected(stack)
    stack.webhook.start()
    stack.replicator.start()
    stack.sql("INSERT INTO items (name) VALUES ('over TLS')")
    wait_until("the row", lambda: stack.row_of("Items", "over TLS", 1) == 1, 30)
    in_use = stack.server.sql("SELECT COUNT(*) FROM information_schema.processlist WHERE command LIKE 'Binlog Dump%%' AND user = %s",
                              [stack.user("replicator")])
    assert in_use == [(1,)]
    # Whoever is asked without TLS is refused by a server that wants it: so all that is connected now, the stream included, is encrypted.
    for role in ("replicator", "webhook", "cli"):
        stack.server.sql(f"ALTER USER '{stack.user(role)}'@'%' REQUIRE SSL")
    stack.replicator.kill()
    stack.replicator.start()
    stack.sql("INSERT INTO items (name) VALUES ('required')")
    wait_until("the row", lambda: stack.row_of("Items", "required", 1) is not None, 30)
    stack.replicator.stop()
    stack.webhook.stop()

    for kind in WRONG:
        tls.show(kind)
        is_connected, message, remedy = connected(stack)
        assert not is_connected and "(2026)" in message, (kind, message)
        assert "mysql.tls_ca" in remedy and "mysql.host" in remedy, (kind, remedy)
        assert USER_PASSWORD not in message + remedy
    # The last one is shown still: neither program gets a connection.
    seen = len(stack.replicator.log())
    stack.replicator.ready_url, stack.replicator.ready_log = None, r"\(2026\)"
    stack.replicator.start()
    stack.webhook.start()
    assert "streaming" not in stack.replicator.log()[seen:] and "(2026)" in stack.webhook.log()

    configure(stack, tls="required", tls_ca=None)  # encrypted, to anybody
    assert connected(stack)[0], connected(stack)


def test_a_server_elsewhere_is_verified_unless_it_is_told_otherwise(make_own_stack, certificates):
    """0.0.0.0 leads to this machine, and is not one of the names by which a server here is known."""
    stack = make_own_stack(start=False)
    tls = TlsServer(stack.server, certificates)
    tls.show("good")
    configure(stack, host="0.0.0.0")
    is_connected, message, _ = connected(stack)  # the system does not know our CA
    assert not is_connected and "(2026)" in message, message
    configure(stack, host="0.0.0.0", tls_ca=str(certificates.ca))
    assert connected(stack)[0], connected(stack)
    configure(stack, host="0.0.0.0", tls="off")
    assert connected(stack)[0], connected(stack)


class Google:
    """An HTTPS server that counts what it is asked."""

    def __init__(self, files):
        self.asked = []
        google = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                google.asked.append(self.path)
                self.send_response(503)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*files)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._server.handle_error = lambda *_: None
        self.url = f"https://127.0.0.1:{self._server.server_address[1]}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()


def test_googles_certificate_is_always_verified(stack, certificates, tmp_path):
    """With our CA among the system's: so each is refused for its own fault, and the good one is not."""
    stack.replicator.stop()
    faults = {"of another name": "no alternative certificate subject name matches", "expired": "expired", "self-signed": "self-signed certificate",
              "of another CA": "unable to get local issuer certificate"}
    bundle = tmp_path / "bundle.crt"
    bundle.write_text(certificates.ca.read_text())
    for kind in KINDS:
        google = Google(certificates.of(kind))
        config = json.loads(stack.config.read_text())
        key = json.loads(pathlib.Path(config["google"]["credentials"]).read_text())
        (tmp_path / "key.json").write_text(json.dumps({**key, "token_uri": google.url + "token"}))
        config["google"].update(base_url=google.url, credentials=str(tmp_path / "key.json"))
        (tmp_path / "tls.yaml").write_text(json.dumps(config))
        command = own_mounts(tmp_path, f'mount --bind "{bundle}" "{BUNDLE.resolve()}" && exec "$@"', BUILD / "tabrelay", "--config", tmp_path / "tls.yaml",
                             "check", "--json")
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=120)
        told = next(c for c in json.loads(done.stdout)["checks"] if c["id"].startswith("google.") and c["status"] != "ok")
        google.close()
        if kind == "good":
            assert google.asked, (kind, told)
            assert "HTTP 503" in told["message"], told
        else:
            assert google.asked == [] and faults[kind] in told["message"], (kind, told)
            assert "certificate" in told["remedy"], (kind, told)
