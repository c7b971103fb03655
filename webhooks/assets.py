"""Static files: our own in `static`, and the libraries that `make assets` fetched.

Each is served under an address that holds the digest of all of them, so that browsers keep it for good
and files find one another by relative paths. A new release is a new address for all.
"""

import gzip
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path

import structlog
from flask import Blueprint, Response, abort, request, url_for
from markupsafe import Markup

from bot import __version__
from webhooks import icons
from webhooks.icons import NODE_MODULES

log = structlog.get_logger(__name__)

PACKAGE_FOLDER = Path(__file__).resolve().parent
STATIC_FOLDER = PACKAGE_FOLDER / "static"
LIBRARIES: Mapping[str, str] = {
    "lib/barcode-detector.js": "barcode-detector/dist/iife/ponyfill.js",
    "lib/chart.js": "chart.js/dist/chart.umd.min.js",
    "lib/devanagari.woff2": "@fontsource/noto-sans-devanagari/files/noto-sans-devanagari-devanagari-400-normal.woff2",
    "lib/bengali.woff2": "@fontsource/noto-sans-bengali/files/noto-sans-bengali-bengali-400-normal.woff2",
    "lib/tamil.woff2": "@fontsource/noto-sans-tamil/files/noto-sans-tamil-tamil-400-normal.woff2",
    "lib/telugu.woff2": "@fontsource/noto-sans-telugu/files/noto-sans-telugu-telugu-400-normal.woff2",
    "lib/gujarati.woff2": "@fontsource/noto-sans-gujarati/files/noto-sans-gujarati-gujarati-400-normal.woff2",
    "lib/gurmukhi.woff2": "@fontsource/noto-sans-gurmukhi/files/noto-sans-gurmukhi-gurmukhi-400-normal.woff2",
    "lib/kannada.woff2": "@fontsource/noto-sans-kannada/files/noto-sans-kannada-kannada-400-normal.woff2",
    "lib/malayalam.woff2": "@fontsource/noto-sans-malayalam/files/noto-sans-malayalam-malayalam-400-normal.woff2",
    "lib/ed25519.js": "@noble/ed25519/index.js",
    "lib/htmx.js": "htmx.org/dist/htmx.min.js",
    "lib/pico.css": "@picocss/pico/css/pico.min.css",
    "lib/zxing_reader.wasm": "zxing-wasm/dist/reader/zxing_reader.wasm",
}
"""The files of node_modules that pages may load, by the name under which they do."""
CONTENT_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
    ".png": "image/png",
}
COMPRESSED_SUFFIXES = frozenset((".css", ".js", ".svg", ".wasm", ".webmanifest"))
"""Kinds of files that are worth compressing."""
ONE_YEAR_SECONDS = 365 * 24 * 3600


@cache
def files() -> Mapping[str, Path]:
    """Every file that is there, by its name in an address: `page.css`, `lib/pico.css`."""
    own = {
        file.relative_to(STATIC_FOLDER).as_posix(): file
        for file in sorted(STATIC_FOLDER.rglob("*"))
        if file.suffix in CONTENT_TYPES
    }
    fetched = {name: NODE_MODULES / path for name, path in LIBRARIES.items() if (NODE_MODULES / path).is_file()}
    return own | fetched


def content(name: str) -> bytes:
    """What a file holds. Raises KeyError for one that is not there."""
    return icons.sprite() if name == icons.FILE else files()[name].read_bytes()


@cache
def digest() -> str:
    """The digest of the version and of all files together, for their addresses."""
    whole = sha256(__version__.encode())
    for name in sorted((*files(), icons.FILE)):
        whole.update(f"{name}\0{sha256(content(name)).hexdigest()}\n".encode())
    return whole.hexdigest()[:12]


def asset(name: str) -> str:
    """The address of a file, for templates."""
    return url_for("assets.file", digest=digest(), name=name)


def icon(name: str, look: str = "") -> Markup:
    """An icon, for templates; `look` is a class of its own."""
    return icons.drawing(name, asset(icons.FILE), look)


def blueprint() -> Blueprint:
    """`GET /assets/<digest>/<name>`, and `GET /favicon.ico`, which browsers ask for unasked."""
    made = Blueprint("assets", __name__)
    if missing := [name for name in LIBRARIES if name not in files()] + ["icons"] * (not icons.SET.is_file()):
        log.error("assets_missing", missing=missing, advice="run `make assets`")

    @made.get("/assets/<digest>/<path:name>")
    def file(digest: str, name: str) -> Response:
        return _send_file(name, known=digest)

    @made.get("/favicon.ico")
    def icon() -> Response:
        return _send_file("icon.svg", known="")

    return made


def _send_file(name: str, *, known: str) -> Response:
    """The file. Kept for good only under its own digest: a release on its way asks the old process for the new."""
    if name not in files() and name != icons.FILE:
        abort(404)
    suffix = Path(name).suffix
    packed = suffix in COMPRESSED_SUFFIXES and request.accept_encodings["gzip"] > 0
    answer = Response(_compressed(name) if packed else content(name), content_type=CONTENT_TYPES[suffix])
    answer.vary.add("Accept-Encoding")
    if packed:
        answer.content_encoding = "gzip"
    answer.cache_control.public = True
    answer.cache_control.max_age = ONE_YEAR_SECONDS if known == digest() else 60
    answer.cache_control.immutable = known == digest()
    return answer


@cache
def _compressed(name: str) -> bytes:
    return gzip.compress(content(name), mtime=0)
