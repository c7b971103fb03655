"""An event's links as QR codes, in the terminal or as files."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from admin_cli.console import out_files

POSTER_MODE = 0o644
"""Posters are for everybody."""
QUIET_ZONE = 4
"""Modules of white around a QR code (ISO/IEC 18004)."""


def draw(links: Mapping[str, str]) -> None:
    """Each link and its QR code in the terminal."""
    for name, link in links.items():
        click.echo(f"{name}: {link}")
        _code(link).print_ascii(invert=True)


def save(links: Mapping[str, str], folder: Path, slug: str) -> None:
    """Each link's QR code as `SLUG-whatsapp.png` and `SLUG-web.png`. Raises ClickException for no such folder."""
    from bot.domain.exports.files import write_whole

    if not folder.is_dir():
        raise click.ClickException(f"there is no folder {folder}")
    for name, link in links.items():
        file = folder / f"{slug}-{name}.png"
        with out_files.writing(file), write_whole(file, POSTER_MODE) as part, part.open("wb") as out:
            _code(link).make_image().save(out)
        click.echo(f"wrote {file}", err=True)


def _code(link: str) -> Any:
    """Up to a quarter of it may be unreadable: posters get dirty."""
    import qrcode

    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_Q, border=QUIET_ZONE, box_size=12)
    code.add_data(link)
    return code
