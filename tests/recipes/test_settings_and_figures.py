"""A setting and a figure are added as CONTRIBUTING says."""

from tests.recipes.copy import Copy, steps, unlike


def test_a_setting(copy: Copy) -> None:
    """QUIET_HOURS: how long the night is."""
    copy.insert(
        "bot/settings.py",
        "    demo: bool",
        '    quiet_hours: int = Field(default=0, ge=0, le=12)\n    """Hours of the night without news."""\n',
    )
    copy.insert(
        "docs/settings.md",
        r"\| `DEMO`",
        "| `QUIET_HOURS` | hours of the night without news | `0` |\n",
    )
    copy.insert(".env.example", "# DEMO=", "# QUIET_HOURS=8\n")
    copy.walk("tests/bot/test_settings.py", "-k", "documents_name or dotenv")
    loaded = ("-c", "from bot.settings import load; print(load().quiet_hours)")
    assert copy.run(*loaded, env={"QUIET_HOURS": "8"}) == "8\n"
    assert "QUIET_HOURS: must be a whole number from 0 to 12" in copy.run(
        "-m", "admin_cli", "events", "list", env={"QUIET_HOURS": "99"}, fails=True
    )
    assert unlike(steps("a setting"), copy.touched) == ([], [])


def test_a_figure(copy: Copy) -> None:
    """Entries that were forced, by gate."""
    copy.replace(
        "bot/domain/stats/metrics.py",
        r'(        yield (\w+)\.day, "forced_by".*\n)',
        r'\1        yield \2.day, "forced_at", 0, \2.gate_id, ""\n',
    )
    copy.replace("bot/domain/stats/counters.py", r'(?m)^(\w+ = \("in5", .*"forced_by")\)', r'\1, "forced_at")')
    copy.replace(
        "bot/domain/stats/dashboard.py", r"(class GateNow:(?:.*\n)*?    admitted: int\n)", r"\1    forced: int\n"
    )
    look = "bot/domain/stats/dashboard_query.py"
    copy.replace(
        look,
        r"( +)(admitted=\w+\.get\((\w+), (\w+)\(\)\)\.people,\n)",
        r'\1\2\1forced=day.by_gate("forced_at").get(\3, \4()).times,' "\n",
    )
    tables = "webhooks/staff/dashboard/tables.py"
    copy.replace(tables, r'(    \w+ = \("admitted"), ("rate", "lately", "refused", "last_scan"\))', r'\1, "forced", \2')
    copy.replace(tables, r"(\(number\(gate\.admitted\)), ", r"\1, number(gate.forced), ")
    copy.insert("webhooks/staff/dashboard/texts.py", r'    "admitted": _\(', '    "forced": _("Forced at the gate"),\n')
    copy.replace("docs/dashboard.md", r"(\| Gates \| people let in)", r"\1, forced entries")
    tests = "tests/bot/domain/stats/test_dashboard_query.py"
    copy.replace(tests, r"(from bot\.domain\.stats import .*outliers)\n", r"\1, recount\n")
    copy.append(
        tests,
        """

def test_forced_entries_are_known_by_gate(world: World) -> None:
    world.admit(count=4)
    assert {gate.forced for gate in @LOOK@(world.db, "fair", NOON).gates} == {0}
    world.force(gate="north")
    forced = {gate.slug: gate.forced for gate in @LOOK@(world.db, "fair", NOON).gates}
    assert forced == {"main": 0, "north": 1}
    assert recount.differences(world.db, "fair") == []
""".replace("@LOOK@", copy.find(tests, r"(dashboard_query\.\w+)\(world\.db")),
    )
    copy.replace(
        "tests/webhooks/staff/dashboard/test_dashboard.py",
        r"\[\[3, 3, 0\], \[2, 2, 1\]\]",
        "[[3, 0, 3, 0], [2, 0, 2, 1]]",
    )
    copy.translate({"Forced at the gate": "गेट पर आदेश से"})
    copy.walk(
        "tests/bot/domain/stats",
        "tests/webhooks/staff/dashboard",
        "-k",
        "(forced_entries or every_table_says or numbers_are) and not postgres",
    )
    assert unlike(steps("a figure"), copy.touched) == ([], [])
