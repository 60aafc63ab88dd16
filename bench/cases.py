#!/usr/bin/env python3
"""Measures the first page of GET /v1/cases over a store of many cases.

    bench/cases.py build/release/clarion            # 100,000 and 1,000,000 cases
    bench/cases.py build/release/clarion 20000 --calls 200

Fills a store of its own by SQL (the schema's triggers run as in the program), starts the server on it and asks each query CALLS
times over loopback, one connection a call. Prints median and 99th percentile in milliseconds.
"""
import argparse
import json
import pathlib
import random
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests/system"))
import harness  # noqa: E402

TOPICS = ["infectious", "food", "typhoon", "flood", "fire", "earthquake"]
REGIONS = ["440000", "440100", "440300", "440106", "441200", "445300"]
STATES = ["open"] * 30 + ["assigned"] * 10 + ["in_review"] * 5 + ["judged"] * 5 + ["closed"] * 45 + ["dismissed"] * 5
SEVERITIES = ["minor", "moderate", "severe", "extreme"]
QUERIES = ["", "state=open,assigned,in_review", "state=open", "sort=id", "mine=true", "mine=true&state=in_review", "topic=food", "topic=earthquake", "topic=food&state=open",
           "region=440100", "region=445302", "topic=earthquake&region=445302", "q=%E6%89%BE%E4%B8%8D%E5%88%B0%E7%9A%84%E8%AF%8D", "q=%E8%8D%89%E8%8E%93", "min_priority=90"]


def fill(data, count):
    spread = random.Random(count)
    db = sqlite3.connect(f"{data}/clarion.db")
    db.execute("PRAGMA synchronous=OFF")
    rare = {"earthquake", "445300"}

    def rows():
        for i in range(count):
            topic = "earthquake" if spread.random() < 0.0005 else spread.choice([t for t in TOPICS if t not in rare])
            region = "445300" if spread.random() < 0.0005 else spread.choice([r for r in REGIONS if r not in rare])
            state = spread.choice(STATES)
            priority = spread.randrange(8, 101)
            holder = f"u{spread.randrange(200)}" if state != "open" else None
            details = json.dumps({"priority_reasons": [{"code": "priority_harm", "params": {"severity": "moderate"}, "points": priority}], "score": 0.7, "reach": 10})
            yield (f"c_{i:026}", "desk", "Actual", state, 3, priority, spread.choice(SEVERITIES), json.dumps([topic]), json.dumps([region]), "zh",
                   "听说吃了带红点的草莓会得病，赶紧转给家里人看看" + str(i), None, None, holder, None, None, details, 1_790_000_000_000 + i, 1_790_000_000_000 + i, priority)
    db.executemany("INSERT INTO cases(id, org, mode, state, version, priority, severity, topics, regions, lang, claim, claim_post, group_id, assignee, lease_until, due_at, "
                   "details, created_at, changed_at, rank) VALUES(" + ",".join("?" * 20) + ")", rows())
    db.commit()
    db.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("counts", nargs="*", type=int, default=[100_000, 1_000_000])
    parser.add_argument("--calls", type=int, default=60)
    asked = parser.parse_args()
    harness.PROGRAM = str(pathlib.Path(asked.program).resolve())
    for count in asked.counts:
        data = tempfile.mkdtemp(prefix="clarion-bench-")
        try:
            harness.run("db", "migrate", data=data)
            begun = time.monotonic()
            fill(data, count)
            print(f"{count:,} cases, filled in {time.monotonic() - begun:.0f} s")
            with harness.Server(data=data) as server:
                token = server.user("u7", "operator")
                for query in QUERIES:
                    times = []
                    for _ in range(asked.calls):
                        start = time.perf_counter()
                        answer = server.get("/v1/cases?limit=50&" + query, token)
                        times.append(1000 * (time.perf_counter() - start))
                        assert answer.status == 200, answer.body
                    times.sort()
                    print(f"  {query or '(none)':40} median {statistics.median(times):6.1f} ms   p99 {times[min(len(times) - 1, len(times) * 99 // 100)]:6.1f} ms   {len(answer.json['items'])} items")
        finally:
            shutil.rmtree(data, ignore_errors=True)


if __name__ == "__main__":
    main()
