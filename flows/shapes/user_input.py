"""What somebody said, as flows see it. Import it from flows.shapes."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class UserInput:
    """One message as a flow sees it: any channel, already freed of what the channel added."""

    text: str = ""
    choice: str = ""
    """The id of a tapped button or list row, empty when nothing was tapped."""
    tapped_on: str = ""
    """The step that the tapped message asked, where the channel knows; empty otherwise."""
    form: str = "text"
    """`text`, `choice`, or what it was instead of words: `image`, `audio`, `video`, `sticker`,
    `document`, `contact`, `location`, `other`. Only `text` and `choice` can answer a question; the
    text of an `image` is its caption, of a `document` its file name. `photo`: an image from somebody on a
    roster, which was looked at for the QRs of passes. `filled_form`: a form that was sent back (see FILLED_FORM)."""
    codes: tuple[str, ...] = ()
    """Texts of the QRs in a `photo`, from top to bottom, each once."""
    trouble: str = ""
    """Why a `photo` has no codes: one of flows.gate.photos.TROUBLE_TEXTS."""
    filled: Mapping[str, str] = field(default_factory=dict)
    """What a `filled_form` holds, by the names under which it came: as typed, or the id of the option chosen."""
    form_for: Mapping[str, str] = field(default_factory=dict)
    """What a `filled_form` was offered for, where the channel knows (flows.shapes.forms.FormOffer.purpose)."""
