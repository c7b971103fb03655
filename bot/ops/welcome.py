"""What `make run` says as soon as it serves: where to click."""

from pathlib import Path

from bot.settings import Settings


def welcome(settings: Settings, here: str, claim: str | None, log_file: Path | None) -> str:
    """The lines, those to click in a frame. `here` is where it is reached, `claim` the link for the first owner."""
    first = "Start here" if settings.simulated else "Visitors"
    ways = [(first, f"{here}/"), ("Organisers", f"{here}/staff/login")]
    if settings.simulated:
        ways.insert(1, ("Simulator", f"{here}/simulator  (type hi)"))
    framed = _framed(["Pravesh is ready.", "", *(f"{name:<12}{path}" for name, path in ways)])
    owner = ["This service has no owner yet. To become the owner, open:", f"  {claim}"] if claim else []
    logs = [f"Logs: {log_file}"] if log_file else []
    return "\n".join(["", *framed, *owner, *logs, f"Press Ctrl-C to stop. The data stays in {settings.var_dir}.", ""])


def _framed(lines: list[str]) -> list[str]:
    width = max(map(len, lines))
    edge = "─" * (width + 2)
    return [f"┌{edge}┐", *(f"│ {line:<{width}} │" for line in lines), f"└{edge}┘"]
