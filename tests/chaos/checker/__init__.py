"""Checks after a run what was promised to people: by its own SQL, by its own reading of Twilio's record.

`broken` looks at `Evidence` and knows nothing of how the service comes to its rows: no code of the service is imported.
"""

from tests.chaos.checker.evidence import Evidence, Message, PageAnswer, ScanAnswer
from tests.chaos.checker.promises import PROMISES, broken

__all__ = ["PROMISES", "Evidence", "Message", "PageAnswer", "ScanAnswer", "broken"]
