"""This codec beside those of others: the comparison of tests/referees/codecs, printed and written to docs/codec.md.

    python -m benchmarks.codecs [--seed 23040] [--write docs/codec.md]

Needs the extra `referee`. Says on standard error what no known defect accounts for, and then ends with 1.
"""

import argparse
import sys
from pathlib import Path

from tests.referees.codecs.comparison import SEED, compare, page


def main() -> int:
    """Compare, print the page, write it if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seed", type=int, default=SEED, help="another seed makes other messages")
    parser.add_argument("--write", type=Path, help="where to write the page")
    asked = parser.parse_args()
    result = compare(asked.seed)
    text = page(result, asked.seed)
    print(text)
    if asked.write:
        asked.write.write_text(text)
    for line in [*result.mistakes, *result.unaccounted]:
        print(line, file=sys.stderr)
    return 1 if result.mistakes or result.unaccounted else 0


if __name__ == "__main__":
    sys.exit(main())
