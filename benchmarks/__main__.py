"""`make bench`: every benchmark, as tables and as benchmarks/results.json (not kept in git).

`python -m benchmarks NAME ...` runs those named only.
"""

import os
import sys
from importlib import import_module
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings.test")
os.environ.setdefault("MNEMOSCOPE_LOG_LEVEL", "WARNING")  # a line per request is work of its own

import django

django.setup()

BENCHMARKS = (
    "otlp_ingest",
    "memory",
    "row_security",
    "held_memory",
)
RESULTS = Path(__file__).with_name("results.json")


def main(names: list[str]) -> None:
    """Raises SystemExit on a name that is none of them."""
    if unknown := set(names) - set(BENCHMARKS):
        sys.exit(f"No benchmark {', '.join(sorted(unknown))}: choose of {', '.join(BENCHMARKS)}.")
    tables = [import_module(f"benchmarks.{name}").main() for name in names or BENCHMARKS]
    print("\n\n".join(str(table) for table in tables))
    RESULTS.write_text("[" + ",\n".join(table.as_json() for table in tables) + "]\n")


if __name__ == "__main__":
    main(sys.argv[1:])
