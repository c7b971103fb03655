"""Somebody with a phone of the simulator's, and what they see on it."""

from dataclasses import dataclass
from typing import Any

import requests

from tests.e2e.server import until

MESSAGES = ("hi", "1", "Asha Verma", "1", "3", "Delhi", "yes")
"""A whole registration for today with the demo event, in English."""


@dataclass(frozen=True)
class Visitor:
    """A phone by its number."""

    origin: str
    number: str

    def say(self, text: str, to: str = "") -> None:
        """Send a message, to the first sender or this one, and wait until it has been answered in words."""
        before = len(self.got())
        message = {"phone": self.number, "text": text, "to": to}
        assert requests.post(f"{self.origin}/simulator/messages", json=message, timeout=60).status_code == 202
        until(lambda: len(self.got()) > before, f"an answer to {text}")

    def show(self, picture: bytes, caption: str = "") -> None:
        """Send a photo and wait until it has been answered in words."""
        before = len(self.got())
        kind = {"Content-Type": "image/jpeg"}
        put = requests.put(f"{self.origin}/simulator/media?name=photo.jpg", picture, headers=kind, timeout=60)
        message = {"phone": self.number, "text": caption, "media": [put.json()["sid"]]}
        assert requests.post(f"{self.origin}/simulator/messages", json=message, timeout=60).status_code == 202
        until(lambda: len(self.got()) > before, "an answer to a photo")

    def got(self, *, media: bool = False) -> list[dict[str, Any]]:
        """The messages in words that it got, or those with a picture, oldest first."""
        found = requests.get(f"{self.origin}/simulator/chat", timeout=60).json()["messages"]
        return [
            one
            for one in sorted(found, key=lambda one: one["at"])
            if one["phone"] == self.number and not one["mine"] and bool(one["media"]) == media and _is_whole(one)
        ]

    def pictures(self, number: int) -> list[bytes]:
        """Its first pictures, once there are so many."""
        until(lambda: len(self.got(media=True)) >= number, f"{number} pictures")
        links = [one["media"][0]["url"] for one in self.got(media=True)]
        return [requests.get(f"{self.origin}{link}", timeout=60).content for link in links]


def _is_whole(message: dict[str, Any]) -> bool:
    """Whether a picture has been fetched: until then its message looks like words."""
    return message["form"] == "text" or bool(message["media"])


def new_visitor(origin: str, number: str) -> Visitor:
    """Add a phone."""
    phone = {"number": number, "name": "Asha Verma"}
    assert requests.post(f"{origin}/simulator/phones", json=phone, timeout=60).status_code == 201
    return Visitor(origin, number)
