"""How an event's pages look: the head of each, and the files that give it the event's colour and pictures."""

from webhooks.look.files import blueprint, style_sheet
from webhooks.look.head import EventHead, Party, head_of, logo_address, party

__all__ = ["EventHead", "Party", "blueprint", "head_of", "logo_address", "party", "style_sheet"]
