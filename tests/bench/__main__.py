"""`python -m tests.bench [table] [quick] [pace] [replay] [exports] …`: what `make bench` does."""

import sys

from tests.bench import broadcasts, exports, growth, imports, looks, pace, profiles, registrations, replay, search
from tests.bench.table import memory, run

BENCHES = {
    "table": run.print_full,
    "quick": run.print_quick,
    "memory": memory.print_all,
    "profiles": profiles.print_all,
    "pace": pace.print_all,
    "registrations": registrations.print_all,
    "replay": replay.print_all,
    "exports": exports.print_all,
    "import": imports.print_all,
    "broadcasts": broadcasts.print_all,
    "growth": growth.print_all,
    "looks": looks.print_all,
    "search": search.print_all,
}


def main() -> int:
    """The exit code: 2 where there is no such benchmark."""
    asked = sys.argv[1:] or ["table"]
    if unknown := set(asked) - set(BENCHES):
        print(f"no benchmark {', '.join(sorted(unknown))}; there are: {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    for name in asked:
        BENCHES[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main())
