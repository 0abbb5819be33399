"""`python -m bench.same_matter MESSAGES [--every N] [--json]`: MESSAGES is a CSV (or gz) with
`id,title,body,created`.
"""

import argparse
import dataclasses
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from bench import stand


def main(arguments: Sequence[str]) -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m bench.same_matter")
    parser.add_argument("messages", type=Path, metavar="MESSAGES")
    parser.add_argument("--every", type=int, default=1, help="ask for every N-th letter only")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    with stand.data_folder():
        from huiying.config.cli import installation  # noqa: PLC0415 - reads HUIYING_DATA

        installation.set_up_django(pool=False)
        from bench.same_matter import evaluating  # noqa: PLC0415 - needs Django

        matters, groups = evaluating.read_matters(given.messages), evaluating.read_groups()
        found = dataclasses.asdict(evaluating.evaluate(matters, groups, given.every))
    if given.json:
        print(json.dumps(found))
    else:
        for name, value in found.items():
            print(f"{name:28} {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
