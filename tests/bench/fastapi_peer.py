# SPDX-License-Identifier: Apache-2.0
"""What bench-webhook measures beside the webhook: an endpoint as one writes it with FastAPI. It verifies the signature, writes the one
cell that the edit is about by key, commits, and answers. No edit log, no conflicts, no repeats."""
import hashlib
import hmac
import json
import os
import queue
import time

import pymysql
from fastapi import FastAPI, HTTPException, Request
from fastapi.concurrency import run_in_threadpool

SECRET = os.environ["BENCH_SECRET"].encode()
HOST, PORT, USER, PASSWORD, DATABASE = os.environ["BENCH_MYSQL"].split(":")
MAX_AGE_S = 300

app = FastAPI()
idle = queue.SimpleQueue()


def update(row, quantity):
    try:
        connection = idle.get_nowait()
    except queue.Empty:
        connection = pymysql.connect(host=HOST, port=int(PORT), user=USER, password=PASSWORD, database=DATABASE, autocommit=False)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE peer_stock SET quantity = %s WHERE id = %s", (quantity, row))
    connection.commit()
    idle.put(connection)


@app.post("/v1/edits")
async def edits(request: Request):
    body = await request.body()
    stamp = request.headers["x-tabrelay-timestamp"]
    expected = "v1=" + hmac.new(SECRET, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, request.headers["x-tabrelay-signature"]) or abs(time.time() - int(stamp)) > MAX_AGE_S:
        raise HTTPException(401)
    edit = json.loads(body)["edits"][0]
    await run_in_threadpool(update, edit["cells"]["id"], edit["cells"]["quantity"])
    return {"results": [{"id": edit["id"], "outcome": "applied"}]}


@app.get("/healthz")
def health():
    return {"ok": True}
