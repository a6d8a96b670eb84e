"""`python -m memory.screening.training --data ../shared/data/injection`

Trains the model of `memory/screening/linear_model.py` and writes it with its card into
`memory/screening/data`. The same data give the same weights.
"""

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np

from memory.screening.linear_model import BITS, HASHING, MODEL
from memory.screening.training.fit import EPOCHS, SEED, Fit, an_example, fit
from memory.screening.training.left_out import scores_left_out
from memory.screening.training.records import AUTHORED, Record, authored, published

# Of benign texts whose project was left out, so many may be held by the model.
REVIEWED_SHARE = 0.006
QUARANTINED_SHARE = 0.001
CARD = MODEL.with_name("injection_model.json")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/injection"))
    parser.add_argument("--date", type=date.fromisoformat, default=datetime.now(UTC).date())
    options = parser.parse_args()
    examples = [an_example(record) for record in published(options.data)]
    own = [an_example(record) for record in authored(SEED)]
    print(f"{len(examples)} published texts, {len(own)} of our own; leaving each project out")
    scores = scores_left_out(examples, own, lambda example: example.record.family)
    benign = [scores[each.record.id] for each in examples if not each.record.attack]
    at = {
        "review": float(np.quantile(benign, 1 - REVIEWED_SHARE)),
        "quarantine": float(np.quantile(benign, 1 - QUARANTINED_SHARE)),
    }
    _write(fit([*examples, *own]), at)
    records = [example.record for example in [*examples, *own]]
    card = _card(records, at, made=options.date, data=options.data)
    CARD.write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n")
    print(json.dumps(card, indent=2, ensure_ascii=False))


def _write(model: Fit, at: dict[str, float]) -> None:
    np.savez_compressed(
        MODEL,
        weights=model.weights.astype(np.float16),
        settings=np.array([HASHING, model.bias, at["review"], at["quarantine"]]),
    )


def _card(
    records: Sequence[Record], at: dict[str, float], *, made: date, data: Path
) -> dict[str, object]:
    """What a reader needs to judge or repeat the model."""
    used = [record for record in records if record.weight]
    sources = Counter((each.source, each.licence, each.attack) for each in used)
    left_out = Counter((each.source, each.licence) for each in records if not each.weight)
    files = [*data.glob("*.jsonl"), *AUTHORED.glob("*.tsv"), MODEL]
    return {
        "model": "logistic regression over hashed n-grams, weights never negative",
        "made": made.isoformat(),
        "settings": {"bits": BITS, "hashing": HASHING, "epochs": EPOCHS, "seed": SEED},
        "thresholds": {name: round(value, 4) for name, value in at.items()},
        "trained_on": [
            {"source": source, "licence": licence, "attacks": attack, "texts": count}
            for (source, licence, attack), count in sorted(sources.items())
        ],
        "left_out": [
            {"source": source, "licence": licence, "texts": count}
            for (source, licence), count in sorted(left_out.items())
        ],
        "sha256": {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(files)
        },
    }


if __name__ == "__main__":
    main()
