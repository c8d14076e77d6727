# SPDX-License-Identifier: Apache-2.0
"""The network between us and MySQL, and between us and Google: cut without a word, slow, or without names."""
import json
import time
import urllib.parse

import pytest

from fault_world import IS_WHOLE
from proxy import Proxy
from servers import own_mounts

CUT_S = 30 if IS_WHOLE else 1
SLOW_S = 10


def google_at(world, port=None, host="127.0.0.1"):
    """Let the replicator, and nobody else, ask Google at HOST:PORT."""
    port = port or world.stack.sandbox_port

    def change(config):
        credentials = world.stack.folder / "service-account.json"
        account = json.loads(credentials.read_text())
        account["token_uri"] = urllib.parse.urlsplit(account["token_uri"])._replace(netloc=f"{host}:{port}").geturl()
        credentials.write_text(json.dumps(account))
        config["google"].update(base_url=f"http://{host}:{port}/", timeout="5s")
    world.configure(change)


@pytest.fixture
def to_mysql(request, make_world):
    """A world whose programs reach MySQL through the proxy: (world, proxy)."""
    world = make_world(begin=False)
    proxy = Proxy(world.server.port)
    request.addfinalizer(proxy.close)
    world.configure(lambda config: config["mysql"].update(port=proxy.port))
    return world.start(), proxy


@pytest.fixture
def to_google(request, make_world):
    world = make_world(begin=False)
    proxy = Proxy(world.stack.sandbox_port)
    request.addfinalizer(proxy.close)
    google_at(world, proxy.port)
    return world.start(), proxy


@pytest.mark.slow
def test_mysql_does_not_answer_any_more(to_mysql):
    """network to MySQL: cut, no packet passes"""
    world, proxy = to_mysql
    with proxy.dropped():
        world.wait_unready(timeout_s=60)
        # Long before a statement's time is up, TCP has found out.
        world.says("replicator", "mysql: .*(Lost connection|timed out|gone away)", 60)
        time.sleep(CUT_S)  # the fault itself
        world.runs()
        world.heals()
    # The server does not know yet that the connection which holds the lease is dead.
    world.recovers(within_s=120, reconcile=True)


@pytest.mark.slow
def test_mysql_is_far_away(to_mysql):
    """network to MySQL: 100 ms and 20 KB/s"""
    world, proxy = to_mysql
    proxy.slow(0.1, 20000)
    time.sleep(SLOW_S)  # the fault itself
    world.runs()
    world.heals()
    proxy.heal()
    world.recovers(flush=True)


def test_google_does_not_answer_any_more(to_google):
    """network to Google: no answer comes any more"""
    world, proxy = to_google
    proxy.silence()
    world.says("replicator", "no answer: .*(timed out|Timeout)", 60)
    assert world.ready() == (True, True)
    world.heals()
    proxy.heal()
    world.recovers()


@pytest.mark.slow
def test_google_is_slow(to_google):
    """network to Google: 200 ms and 2 KB/s"""
    world, proxy = to_google
    proxy.slow(0.2, 2000)
    time.sleep(SLOW_S)  # the fault itself
    world.runs()
    assert world.ready() == (True, True)
    world.heals()
    proxy.heal()
    world.recovers()


class Hosts:
    """A hosts file of our programs' own: the name `far.test` is there, or it is not."""

    def __init__(self, folder):
        self.path = folder / "hosts"
        self.know()

    def know(self):
        self.path.write_text("127.0.0.1 localhost far.test\n")

    def forget(self):
        self.path.write_text("127.0.0.1 localhost\n")

    def given_to(self, *programs):
        for program in programs:
            program.arguments = own_mounts("/", f'mount --bind {self.path} /etc/hosts && exec "$@"', *program.arguments)


@pytest.fixture
def hosts(tmp_path):
    return Hosts(tmp_path)


def test_mysql_has_no_name(make_own_world, hosts):
    """DNS: MySQL's name is gone, and the connections with it"""
    world = make_own_world(begin=False)
    world.configure(lambda config: config["mysql"].update(host="far.test", tls="preferred"))
    hosts.given_to(world.stack.webhook, world.stack.replicator)
    world.start()
    hosts.forget()
    world.server.kill()
    world.server.start()
    world.wait_unready()
    for program in ("replicator", "webhook"):
        world.says(program, 'Unknown .*far.test.* hint="Check mysql.host')
    world.heals()
    hosts.know()
    world.recovers(flush=True)


def test_google_has_no_name(make_world, hosts):
    """DNS: Google's name is gone"""
    world = make_world(begin=False)
    google_at(world, host="far.test")
    hosts.given_to(world.stack.replicator)
    world.start()
    world.stack.replicator.stop()  # neither a connection nor the name is remembered
    hosts.forget()
    world.stack.replicator.start()
    world.says("replicator", "Could not resolve host: far.test")
    world.load_goes_on()
    world.heals()
    hosts.know()
    world.recovers()
