# SPDX-License-Identifier: Apache-2.0
"""Make a failing history smaller: leave out parts of its steps, ever smaller ones, as long as it still fails."""
import time


def shrink(history, fails, budget_s, say):
    """The smallest found; FAILS(history) runs it. The steps that stay keep their order and their pauses."""
    until = time.monotonic() + budget_s
    steps, part = history["steps"], max(1, len(history["steps"]) // 2)
    while part >= 1 and time.monotonic() < until:
        at, is_smaller = 0, False
        while at < len(steps) and time.monotonic() < until:
            fewer = steps[:at] + steps[at + part:]
            if fails({**history, "steps": fewer}):
                steps, is_smaller = fewer, True
                say(f"{len(steps)} steps")
            else:
                at += part
        if not is_smaller or part > len(steps):
            part //= 2
    return {**history, "steps": steps}
