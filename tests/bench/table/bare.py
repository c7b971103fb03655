"""gunicorn's application that the table compares with: Flask, and the one thing that a door cannot do without."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from queue import LifoQueue

import psycopg
from flask import Flask, Response, request
from redis import Redis

app = Flask(__name__)
redis = Redis.from_url(os.environ["BARE_REDIS"])
kept: "LifoQueue[psycopg.Connection[tuple[object, ...]] | None]" = LifoQueue()
for _ in range(8):
    kept.put(None)
INSERT = "INSERT INTO bare (scan, code, at) VALUES (%s, %s, now())"


@app.post("/form")
def form() -> Response:
    """Read a form, keep a word of it and read it again: one pipeline of Redis'."""
    key = f"bare:{request.form['From']}"
    with redis.pipeline(transaction=False) as pipeline:
        pipeline.hset(key, mapping={"sid": request.form["MessageSid"], "body": request.form["Body"]})
        pipeline.expire(key, 3600)
        pipeline.hgetall(key)
        body = pipeline.execute()[-1][b"body"]
    return Response(b"<Response><Message>" + body + b"</Message></Response>", content_type="text/xml")


@app.post("/row")
def row() -> Response:
    """Read JSON and insert a row with a commit of its own."""
    asked = request.get_json()
    with connection() as database:
        database.execute(INSERT, (asked["scan_id"], asked["pass"]))
        database.commit()
    return Response('{"result": "admitted"}', content_type="application/json")


@contextmanager
def connection() -> "Iterator[psycopg.Connection[tuple[object, ...]]]":
    """One of a few, the one that was used last."""
    found = kept.get() or psycopg.connect(os.environ["BARE_DATABASE"])
    try:
        yield found
    finally:
        kept.put(found)
