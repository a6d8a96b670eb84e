"""What is trained on: published texts whose licence allows it, and texts written here."""

import base64
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

AUTHORED = Path(__file__).parent / "authored"
AUTHORED_LICENCE = "Apache-2.0 (this repository)"
ORDERS_PER_FRAME = 4

# Free to use, change and pass on, with attribution at most. Share-alike, non-commercial and
# unknown terms stay out.
ALLOWED = re.compile(r"(?:MIT|MIT-0|Apache-2\.0|BSD|CC0-1\.0|CC-BY-4\.0|ODC-BY)(?![\w.-])")

# Weak attacks of other kinds are ordinary tasks or false statements by their words alone.
TRAINED_WEAK_KINDS = frozenset({"override", "attention_trigger", "prompt_extraction"})


@dataclass(frozen=True, slots=True)
class Record:
    id: str
    source: str
    text: str
    licence: str
    attack: bool
    strong: bool = False
    hard_negative: bool = False
    kind: str = ""
    group: str = ""

    @property
    def family(self) -> str:
        """The project a source belongs to: its parts share templates and texts."""
        return re.split(r"[/-]|2", self.source)[0]

    @property
    def weight(self) -> float:
        """How much it counts in training; 0 leaves it out."""
        if not ALLOWED.match(self.licence):
            return 0.0
        if not self.attack:
            return 1.5 if self.hard_negative else 1.0
        if self.strong:
            return 1.0
        return 0.5 if self.kind in TRAINED_WEAK_KINDS else 0.0


def published(data: Path) -> list[Record]:
    """`injections.jsonl` and `benign.jsonl` of a folder."""
    return [*_read(data / "injections.jsonl", attack=True), *_read(data / "benign.jsonl")]


def _read(path: Path, *, attack: bool = False) -> Iterator[Record]:
    for line in path.read_text(encoding="utf-8").splitlines():
        found = json.loads(line)
        yield Record(
            id=found["id"],
            source=found["source"],
            text=found["text"],
            licence=found["licence"],
            attack=attack,
            strong=found.get("strength") == "strong",
            hard_negative=bool(found.get("hard_negative")),
            kind=found.get("kind", ""),
            group=found.get("group", ""),
        )


def authored(seed: int) -> list[Record]:
    """Orders in frames, attacks on a memory, and what is like them and harmless."""
    texts = [(text, True) for text in _framed(random.Random(seed))]  # noqa: S311 - not a secret
    texts += [(text, True) for _, text in _rows("attacks")]
    texts += [(text, False) for _, text in _rows("benign")]
    return [
        Record(
            id=f"authored-{number}",
            source="authored",
            text=text,
            licence=AUTHORED_LICENCE,
            attack=attack,
            kind="override",
            hard_negative=not attack,
        )
        for number, (text, attack) in enumerate(texts)
    ]


def _framed(chance: random.Random) -> Iterator[str]:
    """Each frame around a few orders: of its own language, English, and any."""
    orders = _rows("orders")
    english = [order for language, order in orders if language == "en"]
    for language, frame in _rows("frames"):
        if "{order}" not in frame:
            yield frame
            continue
        own = [order for spoken, order in orders if spoken == language] or english
        for turn in range(ORDERS_PER_FRAME):
            order = chance.choice((own, english, [order for _, order in orders])[turn % 3])
            order = order.replace("{data}", base64.b64encode(chance.randbytes(12)).decode())
            if frame.startswith("{order}"):
                order = order[0].upper() + order[1:]
            yield frame.replace("{order}", order)


def _rows(name: str) -> list[tuple[str, str]]:
    lines = (AUTHORED / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    pairs = (line.replace("\\n", "\n").split("\t", 1) for line in lines)
    return [(language, text) for language, text in pairs]
