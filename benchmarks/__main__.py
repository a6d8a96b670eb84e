"""`make bench`: every benchmark, as tables and as benchmarks/results.json (not kept in git)."""

import os
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings.test")
os.environ.setdefault("MNEMOSCOPE_LOG_LEVEL", "WARNING")  # a line per request is work of its own

import django

django.setup()

from benchmarks import memory, otlp_ingest  # noqa: E402 - their imports need the settings

RESULTS = Path(__file__).with_name("results.json")


def main() -> None:
    tables = [benchmark.main() for benchmark in (otlp_ingest, memory)]
    print("\n\n".join(str(table) for table in tables))
    RESULTS.write_text("[" + ",\n".join(table.as_json() for table in tables) + "]\n")


if __name__ == "__main__":
    main()
