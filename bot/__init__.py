"""The service: rules, tables, the path of a message, and everything that is sent."""

import sys

__version__ = "0.1.0"
"""The version of Pravesh, in this place only. The package metadata, the command line and the pages read it here."""

if sys.version_info < (3, 11):  # noqa: UP036 - who starts it with an older Python should read why it ends
    sys.exit(f"Pravesh needs Python 3.11 or newer; this is Python {sys.version_info[0]}.{sys.version_info[1]}")
