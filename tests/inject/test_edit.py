# SPDX-License-Identifier: Apache-2.0
"""An edit reaches the webhook, and one allocation, read, write or query of its way fails.

It is applied, or the sender is told to try again (503, or no answer at all from a process that has ended with words): never refused, which
the sender would take for the last word. Sent again it is applied once.
"""
import http.client

import pytest

from daemon import SHARE, Daemon, complaint, orders
from run import sampled
from webhook import DE, Webhook, make_edit


@pytest.fixture
def hook(server, database, programs, tmp_path):
    made = Webhook(server, database, programs, tmp_path)
    made.edit(DE, ["Area"], old={"Area": 357})  # the first edit brings the base
    made.program.stop()
    yield made
    server.sql(f"DROP DATABASE {database}_state")


def post(hook, edit):
    """The status; None: no answer."""
    try:
        return hook.post([edit])
    except (http.client.HTTPException, OSError):
        return None, None


def send(daemon, hook, area, order):
    """Why it was not as it should be; "" when it was."""
    edit = make_edit({**DE, "Area": area}, ["Area"], row=2)
    daemon.start(INJECT=order)
    status, answer = post(hook, edit)
    if status not in (200, 503) and daemon.program.running:
        return f"answered {status}: {answer}"
    end = complaint(*daemon.end())
    if status != 200:
        daemon.start()
        status, answer = post(hook, edit)
        end = end or complaint(*daemon.end())
    if status != 200 or answer["results"][0]["outcome"] not in ("applied", "merged"):
        return f"sent again it was answered {status}: {answer}"
    if float(hook.sql("SELECT area FROM @countries WHERE code = 'DE'")[0][0]) != area:
        return f"the row is not as it was edited: {answer}"
    return end


def test_an_edit(hook, tmp_path):
    daemon = Daemon("tabrelay-webhook", hook.program.arguments[-1], hook.program.ready_url, tmp_path)
    idle, counts = tmp_path / "idle", tmp_path / "counts"
    assert daemon.run(INJECT_COUNT=str(idle))[0] == 0
    daemon.start(INJECT_COUNT=str(counts))
    hook.edit({**DE, "Area": 500}, ["Area"], row=2)
    assert daemon.end()[0] == 0
    cases = sampled(orders(counts, after=idle), SHARE)
    assert cases
    bad = [f"INJECT={order}: {why}" for n, order in enumerate(cases) if (why := send(daemon, hook, float(n + 1), order))]
    assert bad == [], f"{len(bad)} of {len(cases)}\n" + "\n".join(bad)
