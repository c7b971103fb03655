"""The scanner's page, and the service worker that keeps it for use without a network.

The page says nothing of anybody: whoever opens it gets the same, and what it may do it asks with a session
or a device's token. So a service worker can keep it.
"""

from flask import Blueprint, Response, jsonify, render_template, url_for

from flows.text import LANGUAGES, _
from webhooks import app_setup, assets, i18n
from webhooks.staff.scanner.texts import LABELS, in_each_language

STAGE_COLOUR = "#0d1312"
"""Behind the icon while the app opens: `--stage` of tokens.css."""
CAMERA = {"camera": "(self)"}
CONTENT_POLICY = {
    # The polyfill's reader is WebAssembly: see docs/adr.
    "script_src": "'self' 'wasm-unsafe-eval'",
    "worker_src": "'self'",
    "manifest_src": "'self'",
    "media_src": "'self' blob:",
}
LIBRARIES = ("lib/barcode-detector.js", "lib/zxing_reader.wasm", "lib/ed25519.js", "lib/devanagari.woff2")


SHARED = ("components.css", "icon-192.png", "icon.svg", "icons.svg", "tokens.css")
"""What other pages load too."""


def routes(blueprint: Blueprint) -> None:
    """`GET /staff/scan`, its service worker and its manifest."""

    @blueprint.get("/scan")
    @app_setup.allow(CAMERA, **CONTENT_POLICY)
    def scan() -> Response:
        i18n.offer(LANGUAGES)  # at which event the phone works is known to the phone alone
        page = Response(render_template("staff/scan.html", labels=LABELS, words=in_each_language(i18n.offered())))
        page.vary.add("Accept-Language")
        return page

    @blueprint.get("/scan-worker.js")
    def worker() -> Response:
        page = url_for("staff.scan")
        script = render_template("staff/scan_worker.js", files=[page, *files()], page=page, release=assets.digest())
        return Response(script, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})

    @blueprint.get("/scan.webmanifest")
    def manifest() -> Response:
        i18n.offer(LANGUAGES)
        answer = jsonify(
            name=i18n.say(_("Pravesh scanner")),
            short_name="Pravesh",
            id=url_for("staff.scan"),
            start_url=url_for("staff.scan"),
            scope=url_for("staff.scan"),
            display="standalone",
            background_color=STAGE_COLOUR,
            theme_color=STAGE_COLOUR,
            lang=i18n.language(),
            orientation="portrait",
            icons=[
                {"src": assets.asset("icon.svg"), "sizes": "any", "type": "image/svg+xml"},
                {"src": assets.asset("icon-192.png"), "sizes": "192x192", "type": "image/png"},
                {"src": assets.asset("icon-512.png"), "sizes": "512x512", "type": "image/png"},
                {
                    "src": assets.asset("icon-maskable.png"),
                    "sizes": "512x512",
                    "type": "image/png",
                    "purpose": "maskable",
                },
            ],
        )
        answer.content_type = "application/manifest+json"
        return answer


def files() -> list[str]:
    """The addresses of all that the page loads."""
    own = [name for name in assets.files() if name.startswith("scan/")]
    fetched = [name for name in LIBRARIES if name in assets.files()]
    return [assets.asset(name) for name in (*own, *fetched, *SHARED)]
