#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Torture: random histories from seeds, on real servers and the sandbox, judged at the end (README.md).

    run.py --seeds 1-200 --server both --jobs 3
    run.py --replay history.json --server mysql
    run.py --shrink history.json --server mysql
    run.py --planted
"""
import argparse
import collections
import json
import multiprocessing
import os
import pathlib
import shutil
import sys
import tempfile
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "system")]


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--seeds", help="a range, or numbers with commas")
    parser.add_argument("--cases", action="store_true", help="the directed histories in cases/")
    parser.add_argument("--server", default="both", choices=["mariadb", "mysql", "both", "split"],
                        help="split: every history on one of the two, in turn")
    parser.add_argument("--jobs", type=int, default=(os.cpu_count() or 1) + 1, help="histories at a time")
    parser.add_argument("--replay", nargs="*", default=[], help="files with histories, instead of seeds")
    parser.add_argument("--shrink", help="a file with a history that fails: make it smaller")
    parser.add_argument("--budget", type=int, default=300, help="seconds to shrink in")
    parser.add_argument("--planted", action="store_true", help="build each planted bug, and catch it")
    parser.add_argument("--times", type=int, default=1, help="how often each is run")
    parser.add_argument("--gate", default="", metavar="CHECK,...",
                        help="a seed fails by these checks only, and only twice in a row; what others find is printed as open. "
                             "Directed histories have to pass them all, in one of two runs")
    parser.add_argument("--without", default="", help="kinds of steps to leave out, with commas (to look for one cause at a time)")
    parser.add_argument("--build", default="build", help="the folder with the programs")
    parser.add_argument("--keep", metavar="DIR", help="put history and logs of failures there (default: a folder in /tmp)")
    return parser.parse_args()


def seeds_of(text):
    for part in text.split(","):
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


def histories(args):
    import history
    paths = [*args.replay, *(sorted((HERE / "cases").glob("*.json")) if args.cases else [])]
    found = [json.loads(pathlib.Path(path).read_text()) for path in paths]
    found += [history.generate(seed) for seed in seeds_of(args.seeds)] if args.seeds else []
    for one in found:
        one["steps"] = [step for step in one["steps"] if step["do"] not in args.without.split(",")]
    return found


def main():
    args = parse()
    os.environ["TABRELAY_BUILD"] = args.build
    if args.planted:
        import planted
        return planted.main(args.server if args.server == "mysql" else "mariadb", args.build)
    if args.shrink:
        return shrink_it(args)
    servers = ["mariadb", "mysql"] if args.server in ("both", "split") else [args.server]
    found = histories(args) * args.times
    work = {server: found[n::len(servers)] if args.server == "split" else found for n, server in enumerate(servers)}
    keep = pathlib.Path(args.keep or tempfile.mkdtemp(prefix="tabrelay-torture-"))
    status = 0
    for server in servers:
        why = missing(server)
        if why:
            print(f"torture ({server}): skipped: {why}")
            continue
        status |= run_all(server, work[server], args.jobs, keep, set(filter(None, args.gate.split(","))))
    return status


def missing(server):
    """Why the server cannot be had; "" if it can. Where it is required that is a failure."""
    import servers
    try:
        servers.FLAVOURS[server].require()
    except servers.Unavailable as why:
        if os.environ.get(servers.FLAVOURS[server].require_by):
            raise
        return str(why)
    return ""


def run_all(server, work, jobs, keep, gate):
    began = time.monotonic()
    counts, verdicts, slowest = collections.Counter(), collections.Counter(), 0.0
    context = multiprocessing.get_context("fork")
    cls, base, is_temporary = prepare(server)
    numbers = context.Queue()
    for number in range(jobs):
        numbers.put(number)
    with context.Pool(jobs, begin, (cls, base, numbers)) as pool:
        again = []
        for result in pool.imap_unordered(one_run, work):
            counts.update(result["counts"])
            slowest = max(slowest, result["seconds"])
            verdict = judge(result, gate)
            report(server, result, keep, verdict)
            if verdict == "FAILED" and gate:
                again.append(result["history"])
            else:
                verdicts[verdict] += 1
        for result in pool.imap_unordered(one_run, again):
            verdict = judge(result, gate)
            report(server, result, keep, f"{verdict} in the second run")
            verdicts[verdict] += 1
        pool.map(end, range(jobs * 2), chunksize=1)
    shutil.rmtree(base if is_temporary else cls.templates.pop(server), ignore_errors=True)
    print_counts(server, counts)
    print(f"torture ({server}): {verdicts['ok']} passed, {verdicts['FAILED']} failed in {time.monotonic() - began:.0f} s "
          f"(the slowest {slowest:.0f} s)" + (f", {verdicts['open']} with findings that are open (docs/limits.md)" if gate else ""), flush=True)
    return 1 if verdicts["FAILED"] else 0


def judge(result, gate):
    """ok, open or FAILED."""
    found = set(result["found"]) - {"evidence"}
    if not found:
        return "ok"
    is_random = isinstance(result["history"]["seed"], int)
    return "open" if gate and is_random and not found & (gate | {"run"}) else "FAILED"


def shrink_it(args):
    """Fails as before: by one of the same checks."""
    from shrink import shrink
    flavour = args.server if args.server == "mysql" else "mariadb"
    missing(flavour)
    history = json.loads(pathlib.Path(args.shrink).read_text())
    cls, base, is_temporary = prepare(flavour)
    numbers = multiprocessing.Queue()
    numbers.put(0)
    begin(cls, base, numbers)
    try:
        first = set(one_run(history)["found"]) - {"evidence"}
        if not first:
            print("it does not fail")
            return 1
        small = shrink(history, lambda one: bool(first & set(one_run(one)["found"])), args.budget, lambda text: print(text, flush=True))
    finally:
        end(None)
        shutil.rmtree(base if is_temporary else cls.templates.pop(flavour), ignore_errors=True)
    path = pathlib.Path(args.shrink).with_suffix(".small.json")
    path.write_text(json.dumps(small, indent=1, ensure_ascii=False))
    print(f"{path}: fails by {', '.join(sorted(first))}")
    return 0


def report(server, result, keep, verdict):
    seed = result["history"]["seed"]
    if not result["found"]:
        print(f"  {server} {seed}: {verdict}, {result['seconds']:.1f} s", flush=True)
        return
    keep.mkdir(parents=True, exist_ok=True)
    path = keep / f"{server}-{seed}.json"
    path.write_text(json.dumps(result["history"], indent=1))
    print(f"  {server} {seed}: {verdict}\n    replay it: tests/torture/run.py --server {server} --replay {path}")
    for name, sentences in result["found"].items():
        for sentence in sentences[:8]:
            print(f"    {name}: {sentence}")
        if len(sentences) > 8:
            print(f"    {name}: and {len(sentences) - 8} more")
    print(flush=True)


GROUPS = ("typed: ", "edits ", "conflict ", "google ", "triggers ", "kill_")


def print_counts(server, counts):
    print(f"counts ({server}):")
    for group in (*GROUPS, ""):
        names = sorted(name for name in counts if name.startswith(group) and (group or not name.startswith(GROUPS)))
        if names:
            print("  " + ", ".join(f"{name} {counts[name]}" for name in names))


# --- a worker: a process with a server of its own ---

server = None


def prepare(flavour):
    """The class of the server and a folder for the data, in memory where there is room; a template of it is made once."""
    import servers
    cls = servers.FLAVOURS[flavour]
    base, is_temporary = cls.folder()
    if is_temporary and os.access("/dev/shm", os.W_OK):
        base.rmdir()
        base = pathlib.Path(tempfile.mkdtemp(prefix="tabrelay-torture-", dir="/dev/shm"))
    first = cls(base, 300)
    first.prepare()
    first.remove()
    return cls, base, is_temporary


def begin(cls, base, numbers):
    global server
    import servers
    number = numbers.get()
    server = cls(base, 301 + number).start()


def end(_):
    global server
    if server is not None:
        server.remove()
        server = None
    time.sleep(0.2)


def one_run(history):
    """Let it happen and judge it; a dictionary that can be sent back."""
    from play import play
    began = time.monotonic()
    try:
        found, counts = play(history, server)
    except Exception:  # noqa: B902 (also a broken run has to be told with its history)
        found, counts = {"run": traceback.format_exc().splitlines()[:-9:-1]}, {}
    return {"history": history, "found": found, "counts": dict(counts), "seconds": time.monotonic() - began}


if __name__ == "__main__":
    sys.exit(main())
