"""`make bench`: every benchmark, as tables and as benchmarks/results.json (not kept in git).

`python -m benchmarks NAME ...` runs those named only, `--memory` those about memory, `--traces`
those about traces.
"""

import os
from argparse import ArgumentParser
from importlib import import_module
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings.test")
os.environ.setdefault("MNEMOSCOPE_LOG_LEVEL", "WARNING")  # a line per request is work of its own

import django

django.setup()

from benchmarks.shared_data import NoDataError  # noqa: E402 - after the settings
from benchmarks.table import Table  # noqa: E402

# What is measured of memory, each a module with a `main`; then the rest.
MEMORY = (
    "recall_quality",
    "recall_speed",
    "dense_recall",
    "memory_writes",
    "personal_data",
    "screening",
    "row_security",
    "held_memory",
)
# Likewise of traces: what comes in, what is read, what is lost when a process is killed.
TRACES = (
    "otlp_ingest",
    "trace_growth",
    "span_durability",
    "run_pages",
    "blast_radius",
    "trace_coverage",
)
# Likewise of the audit log: what it costs a write, what is lost when a process is killed, how soon
# an event is sealed; what nobody may do alone, or at all.
AUDIT = (
    "audit_writes",
    "four_eyes",
    "legal_holds",
    "audit_durability",
    "audit_latency",
    "tenant_walls",
    "audit_verifier",
    "audit_erasure",
)
BENCHMARKS = (*MEMORY, *TRACES, *AUDIT, "console_pages", "review_desk", "review_keys", "fuzz")
RESULTS = Path(__file__).with_name("results.json")


def main() -> None:
    parser = ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--memory", action="store_true", help=f"run {', '.join(MEMORY)}")
    parser.add_argument("--traces", action="store_true", help=f"run {', '.join(TRACES)}")
    parser.add_argument("--audit", action="store_true", help=f"run {', '.join(AUDIT)}")
    parser.add_argument("--data", metavar="PATH", help="where the public material lies")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(BENCHMARKS):
        parser.error(f"no benchmark {', '.join(sorted(unknown))}")
    if asked.data:
        os.environ["MNEMOSCOPE_BENCH_DATA"] = asked.data
    groups = (
        *(MEMORY if asked.memory else ()),
        *(TRACES if asked.traces else ()),
        *(AUDIT if asked.audit else ()),
    )
    names = asked.names or groups or BENCHMARKS
    tables: list[Table] = []
    for name in names:
        try:
            measured = import_module(f"benchmarks.{name}").main()
        except NoDataError as error:
            print(f"{name} is left out. {error}\n")
            continue
        fresh = measured if isinstance(measured, list) else [measured]
        print("\n\n".join(map(str, fresh)) + "\n", flush=True)
        tables += fresh
    RESULTS.write_text("[" + ",\n".join(table.as_json() for table in tables) + "]\n")


if __name__ == "__main__":
    main()
