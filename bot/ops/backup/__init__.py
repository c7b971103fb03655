"""Backups: a folder with a copy of the database and a manifest. Outsiders use `make`, `verify` and `restore`."""

from bot.ops.backup.make import make
from bot.ops.backup.restore import restore
from bot.ops.backup.verify import verify

__all__ = ["make", "restore", "verify"]
