"""Run the command line: `python -m compare`, and the installed programs."""

from __future__ import annotations

import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run a command and exit with its code; Ctrl-C ends quietly even while modules are imported."""
    try:
        from compare.cli.program import main as run

        run()
    except KeyboardInterrupt:
        if sys.stderr is not None:
            sys.stderr.write("Stopped.\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
