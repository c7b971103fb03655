"""The table's rows: what was measured, of the bare stack and of ours, in the same run."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

HEAD = f"{'what':<52} {'bare':>9} {'ours':>9} {'ratio':>6}  spread"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: medians, their ratio, and from where to where ours went."""

    what: str
    ours: Sequence[float]
    bare: Sequence[float] = ()
    digits: int = 1

    def __str__(self) -> str:
        ours, bare = statistics.median(self.ours), statistics.median(self.bare) if self.bare else None
        told = "" if bare is None else f"{bare:.{self.digits}f}"
        ratio = f"{ours / bare:.2f}" if bare else ""
        spread = f"{min(self.ours):.{self.digits}f} to {max(self.ours):.{self.digits}f}" if len(self.ours) > 1 else ""
        return f"{self.what:<52} {told:>9} {ours:>9.{self.digits}f} {ratio:>6}  {spread}".rstrip()


def tell(*rows: Row) -> None:
    """Print rows as soon as they are known."""
    for row in rows:
        print(row, flush=True)
