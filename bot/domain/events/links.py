"""The links under which visitors register for an event: WhatsApp and web."""

from urllib.parse import quote


def wa_me(number: str, words: str) -> str:
    """A link that opens WhatsApp with these words typed; empty without a number."""
    digits = "".join(character for character in number if character.isdigit())
    return f"https://wa.me/{digits}?text={quote(words)}" if digits else ""


def links_of_event(slug: str, origin: str, number: str, *, simulated: bool = False) -> dict[str, str]:
    """The links by which people come to an event: `whatsapp`, where there is a number to write to, and `web`.

    `simulated`: nobody reaches us by WhatsApp, and the first leads to the simulator.
    """
    words = f"hi {slug}"
    chat = f"{origin}/simulator?text={quote(words)}" if simulated else wa_me(number, words)
    return {**({"whatsapp": chat} if chat else {}), "web": f"{origin}/register/{slug}"}
