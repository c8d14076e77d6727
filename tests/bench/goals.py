# SPDX-License-Identifier: Apache-2.0
"""The goals, one line each: goal NAME measured VALUE wanted OP NUMBER met|short (or: goal NAME not measured: WHY).

A speed goal has two lines: tabrelay events prints JSON, as the peers print SQL; decode decodes every value and prints nothing.
"""
import operator

FORMS = ("tabrelay events", "decode")
OPERATORS = {">=": operator.ge, "<=": operator.le}
# workload, servers, peer, how many times as fast
SPEED = [
    ("narrow", ("mariadb", "mysql"), "mariadb-binlog -v", 5),
    ("wide", ("mysql",), "mysqlbinlog -v", 5),
    ("small", ("mysql",), "mysqlbinlog -v", 4),
]
LIVE_TIMES_FLOOR = 2
PEAK_MIB = 16
UNMAPPED_TIMES_FLOOR = 1.1


def line(name, value, op, wanted):
    print(f"goal {name} measured {value:.2f} wanted {op} {wanted} {'met' if OPERATORS[op](value, wanted) else 'short'}")


def missing(name, why):
    print(f"goal {name} not measured: {why}")


def speed(log, flavour, workload):
    for on_workload, on_flavours, peer, wanted in SPEED:
        if on_workload != workload or flavour not in on_flavours:
            continue
        for form in FORMS:
            name = f"{workload}-{flavour}-{form.split()[-1]}"
            why = unavailable(log, (form, "file"), (peer, "file"))
            if why:
                missing(name, why)
            else:
                line(name, log.ratio((form, "file"), (peer, "file")), ">=", wanted)


def unavailable(log, *keys):
    return "the log was not read" if log is None else log.why_not(*keys)


def slowness(name, log, key, floor, wanted):
    why = unavailable(log, key, floor)
    if why:
        missing(name, why)
    else:
        line(name, 1 / log.ratio(key, floor), "<=", wanted)


def memory(name, log):
    own = [key for key in log.rounds if key[0] in FORMS] if log else []
    if own:
        line(name, max(log.peak_mib(key) for key in own), "<=", PEAK_MIB)
    else:
        missing(name, "no reader of ours ran")


def print_goals(logs, flavours, workloads):
    """LOGS: (flavour, workload) -> Log."""
    print()
    for workload in workloads:
        for flavour in flavours:
            log = logs.get((flavour, workload))
            speed(log, flavour, workload)
            if workload == "narrow":
                for form in FORMS:
                    slowness(f"live-{workload}-{flavour}-{form.split()[-1]}", log, (form, "live"), ("floor", "live"), LIVE_TIMES_FLOOR)
            memory(f"memory-{workload}-{flavour}", log)
            slowness(f"unmapped-{workload}-{flavour}", log, ("decode --none", "file"), ("floor", "file"), UNMAPPED_TIMES_FLOOR)
