"""Planted instructions that are held, and harmless texts that are not, on texts never trained on.

`python -m benchmarks.screening [--data PATH] [--by source]` or as part of `make bench`. Every
figure is for a model trained without the source of the text, without its group, and without texts
that share half their wording with it. By `project` (the default) the parts of one project, which
share templates, are left out together; by `source` only the part itself. The model's thresholds
are the shipped ones, which were set on the benign texts by project.
The written rules and some of our own training texts were drawn up after looking at what was
missed here: on texts nobody has looked at, expect less.

Held means that a write would wait: severity review or quarantine. The floor is the written rules
without the model, or, with `--agent-memory-guard` where it is installed, OWASP's package.
"""

import argparse
import importlib.util
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.shared_data import NoDataError, folder
from benchmarks.table import Table, percentile
from memory.screening import screen
from memory.screening.evidence import Evidence
from memory.screening.folding import fold
from memory.screening.injection import severity_of, signs_in
from memory.screening.linear_model import MODEL, load_model
from memory.screening.training.fit import SEED, Example, an_example
from memory.screening.training.left_out import scores_left_out
from memory.screening.training.records import Record, authored, published

LONGEST = 32_000
LONG_TEXTS = 20
PER_CENT = 100
SHARES: dict[str, Callable[[Example], str]] = {
    "project": lambda example: example.record.family,
    "source": lambda example: example.record.source,
}
Screen = Callable[[str], bool]


class Judged(NamedTuple):
    record: Record
    held: bool
    held_by_floor: bool


def main(given: str | None = None, by: str = "project", *, guard: bool = False) -> Table:
    """Raises NoDataError when there is nothing to measure with."""
    data = folder(given) / "injection"
    if not data.is_dir():
        raise NoDataError(f"No data at {data}: say where with --data PATH.")
    records = published(data)
    floor = agent_memory_guard() if guard else None
    judged = judge(records, by, floor)
    table = Table(
        f"Planted instructions held, trained without the text's {by}",
        floor_is="agent-memory-guard" if guard else "the written rules without the model",
    )
    _add(table, "strong attacks held", [each for each in judged if each.record.strong])
    benign = [each for each in judged if not each.record.attack]
    _add(table, "benign texts held", benign)
    _add(table, "hard negatives held", [each for each in benign if each.record.hard_negative])
    _add_by_source(table, "strong", [each for each in judged if each.record.strong])
    weak = [each for each in judged if each.record.attack and not each.record.strong]
    _add_by_source(table, "weak", weak)
    _add_by_source(table, "benign", [each for each in benign if each.held or each.held_by_floor])
    _add_speed(table, records)
    return table


def judge(records: Sequence[Record], by: str, floor: Screen | None) -> list[Judged]:
    own = [an_example(record) for record in authored(SEED)]
    scores = scores_left_out([an_example(record) for record in records], own, SHARES[by])
    return [_judged(record, scores[record.id], floor) for record in records]


def _judged(record: Record, score: float, floor: Screen | None) -> Judged:
    signs = list(signs_in(record.text, fold(record.text)))
    weight = load_model(MODEL).weight_of(score)
    learned = [Evidence("learned_injection", weight, "", 0, 0)] if weight else []
    held_by_floor = floor(record.text) if floor else severity_of(signs) != "note"
    return Judged(record, severity_of([*signs, *learned]) != "note", held_by_floor)


def agent_memory_guard() -> Screen:
    """The injection detector of OWASP's package, where it is installed."""
    if importlib.util.find_spec("agent_memory_guard") is None:
        raise NoDataError("agent-memory-guard is not installed: pip install agent-memory-guard")
    base = importlib.import_module("agent_memory_guard.detectors.base")
    package = importlib.import_module("agent_memory_guard.detectors.injection")
    detector = package.PromptInjectionDetector()
    return lambda text: bool(base.scan_text(detector, text).matched)


def _add(table: Table, what: str, judged: Sequence[Judged]) -> None:
    if judged:
        held = PER_CENT * sum(each.held for each in judged) / len(judged)
        floor = PER_CENT * sum(each.held_by_floor for each in judged) / len(judged)
        table.add(f"{what} (of {len(judged)})", held, "%", floor)


def _add_by_source(table: Table, what: str, judged: Sequence[Judged]) -> None:
    for source in sorted({each.record.source for each in judged}):
        of_source = [each for each in judged if each.record.source == source]
        _add(table, f"  {what}: {source}", of_source)


def _add_speed(table: Table, records: Sequence[Record]) -> None:
    everything = "\n".join(record.text for record in records if not record.attack)
    long_texts = [
        everything[start : start + LONGEST]
        for start in range(0, len(everything) - LONGEST, LONGEST)
    ][:LONG_TEXTS]
    for what, texts in (
        ("p95 of a text", [record.text for record in records]),
        (f"p95 of {LONGEST:,} characters", long_texts),
    ):  # the whole screen, personal data and secrets included
        took = [_milliseconds(screen, text) for text in texts]
        floor = [
            _milliseconds(lambda text: list(signs_in(text, fold(text))), text) for text in texts
        ]
        table.add(what, percentile(took, 95), "ms", percentile(floor, 95))


def _milliseconds(read: Callable[[str], object], text: str) -> float:
    began = time.perf_counter()
    read(text)
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", help="the folder that holds injection/", type=Path)
    parser.add_argument("--by", choices=SHARES, default="project")
    parser.add_argument("--agent-memory-guard", action="store_true")
    options = parser.parse_args()
    try:
        print(main(options.data, options.by, guard=options.agent_memory_guard))
    except NoDataError as reason:
        print(reason)
