"""The page on which all pictures are looked at: a list at the left, and below each name its pictures side by side."""

from collections.abc import Iterable, Sequence
from html import escape
from itertools import groupby
from pathlib import Path

from tests.pictures.camera import Picture

HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Pictures</title><style>
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; display: grid; grid-template-columns: 15rem 1fr }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; padding: 1rem; box-sizing: border-box; background: #eee }
nav a { display: block }
main { padding: 1rem; min-width: 0 }
.row { display: flex; flex-wrap: wrap; gap: .75rem; align-items: start }
figure { margin: 0; max-width: 480px } img { max-width: 100%; border: 1px solid #999 } figcaption { font-size: 12px }
.narrow { max-width: 200px } pre { white-space: pre-wrap }
</style></head><body>"""
NARROW_PX = 400


def write(folder: Path, pictures: Sequence[Picture], faults: Iterable[str], told: str) -> Path:
    """The page, in the pictures' folder; where it is. `told` says how they were made."""
    groups = [(name, list(of)) for name, of in groupby(pictures, key=lambda one: one.name)]
    links = "".join(f'<a href="#{escape(name)}">{escape(name)}</a>' for name, _ in groups)
    found = "\n".join(faults) or "nothing"
    parts = [HEAD, f"<nav>{links}</nav><main><p>{escape(told)}</p><h2>What does not fit</h2><pre>{escape(found)}</pre>"]
    for name, of in groups:
        parts += [
            f'<h2 id="{escape(name)}">{escape(name)}</h2><div class="row">',
            *(_figure(folder, one) for one in of),
        ]
        parts.append("</div>")
    file = folder / "index.html"
    file.write_text("".join([*parts, "</main></body></html>\n"]), encoding="utf-8")
    return file


def _figure(folder: Path, picture: Picture) -> str:
    path = escape(picture.file.relative_to(folder).as_posix())
    look = ' class="narrow"' if picture.width < NARROW_PX else ""
    words = f"{picture.language} · {picture.scheme} · {picture.width} px"
    image = f'<img src="{path}" alt="{escape(picture.name)}, {words}" loading="lazy">'
    return f'<figure{look}><a href="{path}">{image}</a><figcaption>{words}</figcaption></figure>'
