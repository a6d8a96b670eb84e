"""How much of the personal data in ../shared/data/pii the screen finds, beside a floor.

The floor is the three plain patterns (e-mail, IBAN, phone with its country) the screen began with,
or, with `--presidio` where it is installed, Presidio's pattern recognisers one after the other.
A span counts as found where a finding covers at least half of it. Labels that only a language
model could know (persons, places, organisations, ages) are not scored.
"""

import argparse
import importlib.util
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings.test")

import django

django.setup()

from benchmarks.shared_data import NoDataError, folder, records  # noqa: E402
from benchmarks.table import Table, percentile  # noqa: E402
from memory.screening.personal_data import screen_personal_data  # noqa: E402

# What no pattern knows: scored by nobody here.
OUT_OF_REACH = {
    "PERSON",
    "STREET_ADDRESS",
    "GPE",
    "ORGANIZATION",
    "TITLE",
    "AGE",
    "NRP",
    "DATE_TIME",
    "DOMAIN_NAME",
    "URL",
    "ZIP_CODE",
}
# Numbers of companies and public registers.
NOT_PERSONAL = {
    "AU_ABN",
    "AU_ACN",
    "DE_BSNR",
    "DE_HANDELSREGISTER",
    "DE_PLZ",
    "DE_VAT_ID",
    "IN_GSTIN",
    "IT_VAT_CODE",
    "KR_BRN",
    "SE_ORGANISATIONSNUMMER",
    "SG_UEN",
}
FIRST_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
        r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b",
        r"(?<![\w.])\+\d[\d ()/-]{7,18}\d(?!\w)",
    )
)


class Span(NamedTuple):
    start: int
    end: int


Finder = Callable[[str], Iterable[Span]]


def ours(text: str) -> list[Span]:
    return [Span(one.start, one.end) for one in screen_personal_data(text)]


def first_patterns(text: str) -> list[Span]:
    return [Span(*m.span()) for pattern in FIRST_PATTERNS for m in pattern.finditer(text)]


def presidio() -> Finder:
    """Its pattern recognisers without a language model; slow to import, so only when asked."""
    from presidio_analyzer import PatternRecognizer, predefined_recognizers  # noqa: PLC0415

    kinds = [kind for kind in vars(predefined_recognizers).values() if isinstance(kind, type)]
    recognisers = [kind() for kind in kinds if issubclass(kind, PatternRecognizer)]

    def find(text: str) -> list[Span]:
        return [
            Span(one.start, one.end)
            for recogniser in recognisers
            for one in recogniser.analyze(text, recogniser.supported_entities)
            if one.score >= REPORTED_FROM
        ]

    return find


REPORTED_FROM = 0.4


def covers(found: Span, wanted: Span) -> bool:
    shared = min(found.end, wanted.end) - max(found.start, wanted.start)
    return 2 * shared >= wanted.end - wanted.start


class Score:
    def __init__(self, finder: Finder, material: list[dict[str, Any]]) -> None:
        self.wanted: Counter[str] = Counter()
        self.found: Counter[str] = Counter()
        self.findings = self.false = self.clean = self.flagged = 0
        self.seconds: list[float] = []
        for record in material:
            began = time.perf_counter()
            spans = list(finder(record["text"]))
            self.seconds.append(time.perf_counter() - began)
            self._count(record, spans)

    def _count(self, record: dict[str, Any], spans: list[Span]) -> None:
        gold = [(Span(one["start"], one["end"]), one["label"]) for one in record["spans"]]
        for wanted, label in gold:
            if label not in OUT_OF_REACH | NOT_PERSONAL:
                self.wanted[label] += 1
                self.found[label] += any(covers(span, wanted) for span in spans)
        if record.get("only_label"):
            return  # what else it holds is not marked
        self.findings += len(spans)
        self.false += sum(
            not any(span.start < one.end and one.start < span.end for one, _ in gold)
            for span in spans
        )
        if not gold:
            self.clean += 1
            self.flagged += bool(spans)

    def recall(self, labels: Iterable[str]) -> float:
        chosen = set(labels)
        wanted = sum(self.wanted[label] for label in chosen)
        return 100 * sum(self.found[label] for label in chosen) / max(wanted, 1)

    @property
    def precision(self) -> float:
        return 100 * (1 - self.false / max(self.findings, 1))


def measure(path: Path, *, against_presidio: bool = False) -> Table:
    material = list(records(path / "pii" / "pii.jsonl"))
    floor_is = "Presidio's pattern recognisers" if against_presidio else "three plain patterns"
    table = Table("Personal data", floor_is)
    mine = Score(ours, material)
    floor = Score(presidio() if against_presidio else first_patterns, material)
    general = {
        label
        for record in material
        if not record.get("only_label")
        for label in (one["label"] for one in record["spans"])
    }
    table.add("in sentences: found", mine.recall(general), "%", floor.recall(general))
    table.add("in sentences: of findings true", mine.precision, "%", floor.precision)
    national = mine.wanted.keys() - general
    table.add("national numbers: found", mine.recall(national), "%", floor.recall(national))
    for label in sorted(mine.wanted):
        what = f"{label.lower().replace('_', ' ')} (of {mine.wanted[label]})"
        table.add(what, mine.recall([label]), "%", floor.recall([label]))
    for share in (50, 95):
        ours_ms, floors_ms = (1000 * percentile(score.seconds, share) for score in (mine, floor))
        table.add(f"a text, p{share}", ours_ms, "ms", floors_ms)
    return table


def main(arguments: list[str] | None = None) -> Table:
    """Raises NoDataError."""
    parser = argparse.ArgumentParser(description="Measures the screen for personal data.")
    parser.add_argument("--data", help="folder of the public material")
    parser.add_argument("--presidio", action="store_true", help="measure Presidio as the floor")
    given = parser.parse_args(arguments or [])
    if given.presidio and not importlib.util.find_spec("presidio_analyzer"):
        parser.error("Presidio is not installed here: `uv run --with presidio-analyzer` brings it.")
    return measure(folder(given.data), against_presidio=given.presidio)


if __name__ == "__main__":
    import sys

    try:
        print(main(sys.argv[1:]))
    except NoDataError as error:
        print(error)
