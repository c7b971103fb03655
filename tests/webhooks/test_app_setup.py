"""What every answer has in common, and what happens when a door breaks."""

import re

import pytest
from flask import Flask, abort, request
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from flows.shapes import Sentence
from webhooks import app_setup, assets, i18n
from webhooks.staff import nav

ORIGIN = "https://pass.example.org"
SECRET = "Asha Verma +919876543210"


@pytest.fixture
def bare_app() -> Flask:
    """The edge around doors that a test can break."""
    app = app_setup.App("webhooks")
    app.config.update(MAX_CONTENT_LENGTH=1000, SECRET_KEY="of-the-tests-alone")
    app.register_blueprint(assets.blueprint())
    app.add_url_rule("/staff/login", "staff.login")  # where the foot of every page leads
    nav.attach(app)  # which says in what words
    exempt = app_setup.guard(app, ORIGIN).exempt
    app_setup.put_first(app, app_setup.by_origin(app.wsgi_app, ORIGIN))

    @app.get("/broken")
    def broken() -> str:
        raise ValueError(SECRET)

    @app.get("/without-database")
    def without_database() -> str:
        raise OperationalError(SECRET, {}, Exception(SECRET))

    def form() -> str:
        return str(len(request.form))

    app.add_url_rule("/form", view_func=exempt(form), methods=["POST"])

    @app.get("/status/<int:code>")
    def status(code: int) -> str:
        abort(code)

    return app


@pytest.fixture
def edge_client(bare_app: Flask) -> FlaskClient:
    return bare_app.test_client()


@pytest.mark.parametrize("path", ["/status/404", "/assets/0/page.css", "/broken", "/nowhere", "/favicon.ico"])
def test_every_answer_has_safe_headers(edge_client: FlaskClient, path: str) -> None:
    with edge_client.get(path) as answer:
        headers = answer.headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Strict-Transport-Security"]
    assert "http:" not in policy


def test_only_a_proxy_that_says_http_is_sent_on_to_https(edge_client: FlaskClient) -> None:
    asked = edge_client.get("/status/404", headers={"X-Forwarded-Proto": "http"})
    assert (asked.status_code, asked.headers["Location"]) == (302, f"{ORIGIN}/status/404")
    assert edge_client.get("/status/404", headers={"X-Forwarded-Proto": "https"}).status_code == 404
    assert edge_client.get("/status/404").status_code == 404


def test_redirects_lead_to_us_whatever_host_is_named(bare_app: Flask, edge_client: FlaskClient) -> None:
    @bare_app.get("/folder/")
    def folder() -> str:
        return ""

    asked = edge_client.get("/folder?a=b", headers={"Host": "evil.example.net"})
    assert asked.headers["Location"] == f"{ORIGIN}/folder/?a=b"
    by_http = {"Host": "evil.example.net", "X-Forwarded-Proto": "http"}
    assert edge_client.get("/status/404?a=b", headers=by_http).headers["Location"] == f"{ORIGIN}/status/404?a=b"
    posted = edge_client.post("/form", headers=by_http)
    assert (posted.status_code, posted.headers["Location"]) == (308, f"{ORIGIN}/form")
    assert edge_client.get("//evil.example.net/x", headers=by_http).headers["Location"].startswith(f"{ORIGIN}/")


def test_a_view_may_ask_for_more_and_only_that_view(bare_app: Flask) -> None:
    @bare_app.get("/camera")
    @app_setup.allow({"camera": "(self)"}, script_src="'self' 'wasm-unsafe-eval'")
    def camera() -> str:
        return ""

    more, usual = (bare_app.test_client().get(path).headers for path in ("/camera", "/nowhere"))
    assert "camera=(self)" in more["Permissions-Policy"]
    assert "script-src 'self' 'wasm-unsafe-eval';" in more["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in more["Content-Security-Policy"]
    assert "camera=()" in usual["Permissions-Policy"]
    assert "wasm" not in usual["Content-Security-Policy"]


def test_a_request_has_an_id_and_keeps_one_that_it_brought(edge_client: FlaskClient) -> None:
    made = [edge_client.get("/nowhere").headers["X-Request-ID"] for _ in range(2)]
    assert len(set(made)) == 2
    assert (
        edge_client.get("/nowhere", headers={"X-Request-ID": "from-a-proxy-1"}).headers["X-Request-ID"]
        == "from-a-proxy-1"
    )
    assert (
        edge_client.get("/nowhere", headers={"X-Request-ID": "a\tb <script>"}).headers["X-Request-ID"]
        != "a\tb <script>"
    )


def test_words_to_send_stand_out_and_nothing_else_becomes_markup(bare_app: Flask) -> None:
    with bare_app.test_request_context():
        told = i18n.say_bold(Sentence("Send *my pass* to {name}.", params={"name": "<b>*x"}))
    assert told == "Send <strong>my pass</strong> to &lt;b&gt;*x."
    assert "<strong>my pass</strong>" in bare_app.test_client().get("/status/410").text


@pytest.mark.parametrize("code", [400, 403, 404, 410, 413, 418, 429, 500, 503])
def test_an_error_is_a_short_page(edge_client: FlaskClient, code: int) -> None:
    answer = edge_client.get(f"/status/{code}")
    assert answer.status_code == code
    assert answer.mimetype == "text/html"
    assert str(code) in answer.text
    assert len(answer.text) < 1500


def test_without_the_database_a_page_says_that_it_can_be_had_later(edge_client: FlaskClient) -> None:
    with capture_logs() as logged:
        answer = edge_client.get("/without-database")
    assert (answer.status_code, answer.mimetype) == (503, "text/html")
    assert answer.headers["Retry-After"]
    assert [one["event"] for one in logged] == ["database_away"]
    assert SECRET not in str(logged) + answer.text


def test_a_wrong_method_names_the_right_ones(edge_client: FlaskClient) -> None:
    answer = edge_client.post("/broken")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_too_much_is_refused(edge_client: FlaskClient) -> None:
    assert edge_client.post("/form", data={"a": "x" * 2000}).status_code == 413
    assert edge_client.post("/form", data={str(number): "" for number in range(100)}).text == "100"


def test_a_page_speaks_the_readers_language(edge_client: FlaskClient) -> None:
    hindi = edge_client.get("/nowhere", headers={"Accept-Language": "hi-IN,hi;q=0.9,en;q=0.5"}).text
    assert 'lang="hi"' in hindi
    assert re.search("[\u0900-\u097f]", hindi)
    assert 'lang="en"' in edge_client.get("/nowhere", headers={"Accept-Language": "tlh"}).text


def test_a_bug_is_one_line_without_what_anybody_wrote(bare_app: Flask, edge_client: FlaskClient) -> None:
    bare_app.config["PROPAGATE_EXCEPTIONS"] = False
    with capture_logs() as lines:
        answer = edge_client.get("/broken?name=Asha", headers={"X-Request-ID": "request-1"})
    assert answer.status_code == 500
    assert "request-1" in answer.text
    assert SECRET not in answer.text
    assert len(lines) == 1
    assert lines[0]["request_id"] == "request-1"
    assert lines[0]["error"] == "ValueError"
    assert lines[0]["at"].startswith("test_app_setup.py:")
    assert "Asha" not in str(lines)
