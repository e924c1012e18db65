"""Run the command line with `python -m compare`."""

from __future__ import annotations

from compare.cli.program import main

if __name__ == "__main__":
    main()
