"""Facts of scripts that change what an event is: see scripts.py."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from flows.sandbox.world import World


def _change(world: World, slug: str, **changes: Any) -> None:
    world.events = tuple(replace(event, **changes) if event.slug == slug else event for event in world.events)


def _waiting_list(world: World, value: str) -> None:
    slug, _, others = value.partition(" ")
    _change(world, slug, waiting_list=True)
    for day, known in world.places[slug].items():
        world.places[slug][day] = replace(known, waiting=int(others or 0))


def _terms(world: World, value: str) -> None:
    slug, _, words = value.partition(" ")
    before = next(event.consent_version for event in world.events if event.slug == slug)
    _change(world, slug, consent={"en": words}, consent_version=before + 1)


FACTS: Mapping[str, Callable[[World, str], None]] = {"waiting list": _waiting_list, "terms": _terms}
