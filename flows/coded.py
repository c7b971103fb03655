"""What cannot be had, by a stable code."""

from typing import Any


class Coded(Exception):
    """Something that cannot be had. `code` is stable; `params` go into its sentence."""

    def __init__(self, code: str, /, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
