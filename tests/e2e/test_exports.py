"""An export as an admin sees it: asked for, made by the real worker while they watch, downloaded whole."""

import csv
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.pages.accessible import accessible
from tests.e2e.pages.checks import watched
from tests.e2e.pages.gate import Gate
from tests.e2e.pages.sign_in import signed_in
from tests.e2e.server import Running

pytestmark = pytest.mark.browser
ESHA = "+918100000121"


def test_a_file_is_made_while_its_admin_watches(browser: Browser, gate: Gate, running: Running) -> None:
    gate.add_staff(ESHA, "admin")
    session = signed_in(browser, gate.origin, ESHA, "/staff/manage")
    with watched(browser, running, storage_state=session, locale="en-IN") as page:
        page.goto(f"{running.origin}/staff/manage/demo/exports")
        page.get_by_label("Table", exact=True).select_option("audit")
        page.get_by_role("button", name="Make the file").click()
        download = page.get_by_role("link", name="Download: Audit log")
        expect(download).to_be_visible()
        accessible(page, "manage-exports")
        with page.expect_download() as taken:
            download.click()
        assert taken.value.suggested_filename.startswith("demo-audit-")
        rows = list(csv.DictReader(Path(taken.value.path()).read_text(encoding="utf-8-sig").splitlines()))
        assert any(row["what"] == "export_started" for row in rows)
        page.get_by_role("button", name="Delete: Audit log").click()
        expect(download).to_have_count(0)
