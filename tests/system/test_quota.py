# SPDX-License-Identifier: Apache-2.0
"""With Google's default quota (60 reads and 60 writes a minute): at rest a change leaves at once; a storm is coalesced."""
import time

from programs import wait_until


def filled(make_stack):
    stack = make_stack(quota=60)
    stack.sql("INSERT INTO items (name, price) VALUES " + ", ".join(f"('item {n}', {n})" for n in range(200)))
    stack.wait_equal("Items", 60)
    return stack


def test_at_rest_each_direction_takes_less_than_a_second(make_stack, capsys):
    stack = filled(make_stack)
    column = stack.cells("Items")[0].index("name")
    latencies = []
    for n in range(6):
        time.sleep(1.5)
        start = time.monotonic()
        if n % 2 == 0:
            stack.sql("UPDATE items SET name = %s WHERE id = 7", (f"mysql {n}",))
            wait_until("the cell", lambda n=n: stack.cells("Items")[7][column] == f"mysql {n}", every_s=0.005)
        else:
            stack.act({"action": "edit", "tab": "Items", "row": 9, "column": column, "value": f"sheet {n}"})
            wait_until("the row", lambda n=n: stack.sql("SELECT name FROM items WHERE id = 9") == [(f"sheet {n}",)], every_s=0.005)
        latencies.append((time.monotonic() - start) * 1000)
    with capsys.disabled():
        print(f"\n  {stack.server.flavour}, Google's quota: {', '.join(f'{ms:.0f}' for ms in latencies)} ms")
    assert max(latencies) < 1000


def test_a_storm_of_changes_fits_the_quota(make_stack):
    stack = filled(make_stack)
    for n in range(2000):
        stack.sql("UPDATE items SET price = %s WHERE id = %s", (n, n % 200 + 1))
    stack.wait_equal("Items", 60)
    refused = [r for r in stack.google.requests() if r["status"] == 429]
    assert refused == []
