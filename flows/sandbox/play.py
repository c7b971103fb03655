"""Talk to the flows in a terminal: `make play`, or `python -m flows.sandbox.play`.

Everything happens in a world in memory with the demo event. Lines that begin with `/` are for the
world: `/tap ID` taps a button, `/image` sends a picture, `/forget` forgets the conversation,
`/state` shows what is kept, `/quit` ends. The OTP is always 123456.
"""

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, TextIO

from flows import engine
from flows.sandbox.world import World, demo, send
from flows.shapes import Option, Say, Turn, UserInput
from flows.text.translate import format_value, render

FORMS = ("image", "audio", "video", "sticker", "document", "contact", "location", "other")


def spoken(turn: Turn, results: Mapping[str, Any]) -> str:
    """The answer of a turn as text: its paragraphs, its options numbered."""
    language = turn.state.language or "en"
    says = [effect for effect in turn.effects if isinstance(effect, Say)]
    paragraphs = [render(sentence, language, results) for say in says for sentence in say.paragraphs]
    options = [option for say in says for option in say.options]
    listed = "\n".join(f"{number}. {_line(option, language)}" for number, option in enumerate(options, 1))
    return "\n\n".join(part for part in (*paragraphs, listed) if part)


def _line(option: Option, language: str) -> str:
    title = format_value(option.title, language)
    return f"{title} ({format_value(option.detail, language)})" if option.detail else title


def describe_effects(turn: Turn) -> list[str]:
    """The turn's effects besides what it says, a line each."""
    return [f"{type(effect).__name__} {asdict(effect)}" for effect in turn.effects if not isinstance(effect, Say)]


def said_by(line: str) -> UserInput:
    """The message for a typed line: words, or with `/tap` and the like something else."""
    word, _, rest = line.removeprefix("/").partition(" ")
    if line.startswith("/") and word == "tap":
        return UserInput(rest, choice=rest, form="choice")
    if line.startswith("/") and word in FORMS:
        return UserInput(rest, form=word)
    return UserInput(line)


def play(lines: TextIO, out: TextIO, now: datetime) -> None:
    """Talk until the lines end or one says `/quit`."""
    world, kept = World(now, profile_name="Asha Rao"), None
    world.add(demo(now))
    print(__doc__, end="\n> ", file=out, flush=True)
    for line in map(str.strip, lines):
        match line:
            case "/quit":
                return
            case "/forget":
                kept = None
            case "/state":
                print(json.dumps(kept, ensure_ascii=False, indent=2), file=out)
            case _:
                turn, results = send(world, kept, said_by(line))
                kept = engine.to_json(turn.state)
                print(f"\n{spoken(turn, results)}\n", *describe_effects(turn), sep="\n  * ", file=out)
        print("> ", end="", file=out, flush=True)


if __name__ == "__main__":
    play(sys.stdin, sys.stdout, datetime.now(UTC))
