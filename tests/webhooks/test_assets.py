"""Files of the pages: kept for good under the digest of all, packed, and nothing else of this machine."""

import gzip
import re

import pytest
from flask.testing import FlaskClient

from flows.text.languages import TABLE
from webhooks import assets

MOST_BYTES = 100_000
"""Over the wire, of the first page with all that it loads."""


@pytest.fixture
def prefix() -> str:
    return f"/assets/{assets.digest()}"


def test_every_library_that_pages_use_has_been_fetched() -> None:
    assert set(assets.LIBRARIES) <= set(assets.files())


def test_a_file_is_kept_for_good_under_its_own_digest_only(client: FlaskClient, prefix: str) -> None:
    now, then = client.get(f"{prefix}/page.css"), client.get("/assets/0123456789ab/page.css")
    assert "immutable" in now.headers["Cache-Control"]
    assert "max-age=31536000" in now.headers["Cache-Control"]
    assert then.data == now.data
    assert "immutable" not in then.headers["Cache-Control"]


def test_a_file_is_alike_for_everybody_who_asks_a_cache(client: FlaskClient, prefix: str) -> None:
    client.get("/?lang=hi")  # the browser has a cookie from now on
    answer = client.get(f"{prefix}/page.css")
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_text_and_wasm_come_packed_where_that_is_understood(client: FlaskClient, prefix: str) -> None:
    for name in ("page.css", "lib/zxing_reader.wasm", "lib/pico.css"):
        plain = client.get(f"{prefix}/{name}")
        packed = client.get(f"{prefix}/{name}", headers={"Accept-Encoding": "gzip, br"})
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.data) == plain.data
        assert len(packed.data) < len(plain.data)
        assert packed.headers["Content-Type"] == plain.headers["Content-Type"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("lib/zxing_reader.wasm", "application/wasm"),
        ("lib/ed25519.js", "text/javascript"),
        ("lib/devanagari.woff2", "font/woff2"),
    ],
)
def test_each_kind_is_named(client: FlaskClient, prefix: str, name: str, kind: str) -> None:
    assert client.get(f"{prefix}/{name}").mimetype == kind


@pytest.mark.parametrize("name", ["../assets.py", "%2e%2e/assets.py", "lib/package.json", "", "/etc/passwd"])
def test_nothing_else_is_served(client: FlaskClient, prefix: str, name: str) -> None:
    assert client.get(f"{prefix}/{name}", follow_redirects=True).status_code == 404


def test_every_address_in_a_page_leads_somewhere(client: FlaskClient) -> None:
    page = client.get("/").text
    found = [part.split('"')[0] for part in page.split('="') if part.startswith("/assets/")]
    assert len(found) >= 4
    assert {client.get(path).status_code for path in found} == {200}


def test_the_first_page_is_light(client: FlaskClient) -> None:
    packed = {"Accept-Encoding": "gzip"}
    page = client.get("/").text
    parts = [part.split('"')[0] for part in page.split('="') if part.startswith("/assets/")]
    weights = {path.rpartition("/")[2]: len(client.get(path, headers=packed).data) for path in parts}
    assert sum(weights.values()) + len(gzip.compress(page.encode())) < MOST_BYTES, weights


def test_the_lock_file_names_no_registry() -> None:
    lock = (assets.PACKAGE_FOLDER.parent / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in lock
    assert "integrity" in lock


def test_each_script_has_its_font_and_a_page_in_it_asks_that_one_first(client: FlaskClient, prefix: str) -> None:
    css = client.get(f"{prefix}/tokens.css").text
    faces = dict(re.findall(r'font-family: "([^"]+)";\n  src: [^\n]*url\("(lib/\w+\.woff2)"\)', css))
    ranges = re.findall(r"unicode-range: ([^;]+);", css)
    first = dict(re.findall(r':root:lang\((\w+)\) \{ --type: "([^"]+)"', css))
    assert len(faces) == len(ranges) == len(first) + 1  # Devanagari is asked first anyway
    assert set(first.values()) < set(faces)
    for code, family in first.items():
        letters = {ord(letter) for letter in TABLE[code].name if letter.isalpha()}
        spans = [span.strip()[2:].split("-") for span in ranges[list(faces).index(family)].split(",")]
        assert all(any(int(span[0], 16) <= letter <= int(span[-1], 16) for span in spans) for letter in letters), code
        assert client.get(f"{prefix}/{faces[family]}").data[:4] == b"wOF2"
