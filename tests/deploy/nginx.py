"""A real nginx with our file: on ports of its own, before web processes that somebody else started."""

import os
import re
import shutil
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.e2e import server
from tests.paths import ROOT
from tests.ports import free_port

SITE = (ROOT / "deploy/nginx/pravesh.conf").read_text()


def tool(name: str) -> str:
    """The path of a program that Debian keeps for root, too."""
    found = shutil.which(name, path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin")
    assert found, f"{name} is needed: .ci/run installs it"
    return found


@contextmanager
def secure(folder: Path, ports: tuple[int, int]) -> Iterator[tuple[str, int]]:
    """With TLS and a certificate of its own (`fullchain.pem` of the folder); its origin, and the plain port."""
    plain, tls = free_port(), free_port()
    certificate, private = _certificate(folder)
    changes = {
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{tls} ssl http2;",
        "/etc/letsencrypt/live/pass.example.org/fullchain.pem": str(certificate),
        "/etc/letsencrypt/live/pass.example.org/privkey.pem": str(private),
    }
    with _serving(folder, ports, tls, changes):
        yield f"https://pass.example.org:{tls}", plain


@contextmanager
def plain(folder: Path, ports: tuple[int, int]) -> Iterator[str]:
    """Without TLS, for callers who know no certificate of ours; its origin. `access.log` has a line a request:
    status, method, path, which processes were asked and what each said.
    """
    redirecting, port = free_port(), free_port()
    changes = {
        "listen 80;": f"listen 127.0.0.1:{redirecting};",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{port};",
        "    ssl_certificate /etc/letsencrypt/live/pass.example.org/fullchain.pem;\n": "",
        "    ssl_certificate_key /etc/letsencrypt/live/pass.example.org/privkey.pem;\n": "",
        # The port is none that goes without saying, and the scheme another.
        "proxy_set_header Host $host;": "proxy_set_header Host $http_host;",
        "proxy_set_header X-Forwarded-Proto https;": "proxy_set_header X-Forwarded-Proto http;",
        "access_log off;": f"access_log {folder}/access.log told;",
    }
    with _serving(folder, ports, port, changes):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def _serving(folder: Path, ports: tuple[int, int], port: int, changes: Mapping[str, str]) -> Iterator[None]:
    site = SITE
    upstreams = {"127.0.0.1:8001": f"127.0.0.1:{ports[0]}", "127.0.0.1:8002": f"127.0.0.1:{ports[1]}"}
    for old, new in {**upstreams, "/var/cache/nginx/pravesh": str(folder / "cache"), **changes}.items():
        assert old in site, old
        site = site.replace(old, new)
    (folder / "site.conf").write_text(re.sub(r"\n\s*listen \[::\]:.*;", "", site))
    # What Debian's own nginx.conf says around a site, as far as it matters, and everything in this folder.
    places = "".join(
        f"{kind}_temp_path {folder / kind}; " for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    told = "log_format told '$status $request_method $uri $upstream_addr|$upstream_status|$request_time'; "
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; events {{}}\n"
        f"http {{ access_log off; {told}{places} include {folder}/site.conf; }}\n"
    )
    command = [tool("nginx"), "-e", str(folder / "error.log"), "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with server.process("nginx", command, folder, folder, {"PATH": "/usr/sbin:/usr/bin:/bin"}):
        server.until(lambda: listens(port), f"nginx listens; see {folder}/error.log")
        yield


def listens(port: int) -> bool:
    """Whether somebody does on this port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "pass.example.org")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("pass.example.org")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "fullchain.pem", folder / "privkey.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate, private
