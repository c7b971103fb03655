"""`make pictures`: the pictures, and a page to look at them."""

import argparse
import sys
import tempfile
from pathlib import Path
from time import monotonic

from playwright.sync_api import sync_playwright

from tests.e2e.pages.browser import ARGUMENTS, ARTEFACTS, chromium
from tests.pictures import contact_sheet, drawn, fair, readme, staff_shots, visitor_shots
from tests.pictures.camera import Camera
from tests.pictures.served import served


def main() -> int:
    """The exit code: 1 where a page could not be pictured, or there is no browser."""
    asked = argparse.ArgumentParser(prog="make pictures", description=__doc__)
    asked.add_argument("--only", default="", help="names that begin so: manage/,scanner/admitted")
    asked.add_argument("--into", type=Path, default=ARTEFACTS / "pictures", help="the folder")
    asked.add_argument("--readme", action="store_true", help="only those of README.md, into docs/pictures")
    asked.add_argument("--quick", action="store_true", help="English in light and Hindi in the dark, at two widths")
    given = asked.parse_args()
    program = chromium()
    if program is None:
        print("There is no chromium, chromium-browser or google-chrome on the PATH.", file=sys.stderr)
        return 1
    begun = monotonic()
    with tempfile.TemporaryDirectory(prefix="pravesh-pictures-") as folder, served(Path(folder)) as running:
        fair.make(running)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
            camera = Camera(browser, running, given.into, given.quick)
            try:
                if given.readme:
                    readme.make(camera)
                    return 0
                take(camera, given.only)
            finally:
                camera.close()
                browser.close()
    told = f"{len(camera.pictures)} pictures in {monotonic() - begun:.0f} s"
    page = contact_sheet.write(given.into, camera.pictures, camera.faults, told)
    print(*camera.faults, f"{told}; {len(camera.faults)} things to look at", page.as_uri(), sep="\n")
    return int(any("not pictured" in fault for fault in camera.faults))


def take(camera: Camera, only: str) -> None:
    """Everything whose name begins so, in the order of the pages."""
    wanted = tuple(only.split(","))
    for shot in (*visitor_shots.shots(), *staff_shots.shots()):
        if shot.name.startswith(wanted):
            camera.take(shot)
    if "drawn/".startswith(wanted):
        drawn.draw(camera)


if __name__ == "__main__":
    sys.exit(main())
