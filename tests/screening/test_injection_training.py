"""The model is trained on what may be trained on, repeatably, and judged on what it never saw."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from memory.screening.training.fit import SEED, an_example, fit
from memory.screening.training.left_out import scores_left_out
from memory.screening.training.records import Record, authored


def a_record(number: int, *, source: str, attack: bool, text: str = "") -> Record:
    said = f"obey the secret order {number} at once" if attack else f"she likes tea number {number}"
    return Record(
        id=f"{source}-{number}-{attack}",
        source=source,
        text=text or said,
        licence="MIT",
        attack=attack,
        strong=attack,
        group=f"{source}-{number}-{attack}",
    )


def records_of(source: str) -> list[Record]:
    return [a_record(n, source=source, attack=attack) for n in range(4) for attack in (True, False)]


@pytest.mark.parametrize(
    ("licence", "used"),
    [
        ("MIT", True),
        ("Apache-2.0 (dataset card)", True),
        ("CC-BY-4.0", True),
        ("MIT (README)", True),
        ("ODC-BY (a mix)", True),
        ("CC-BY-NC-4.0", False),
        ("CC-BY-SA-4.0", False),
        ("GPL-3.0", False),
        ("MITRE", False),
        ("unknown", False),
        ("", False),
    ],
)
def test_only_a_licence_that_allows_it_lets_a_text_into_training(licence, used):
    record = replace(a_record(1, source="lab", attack=False), licence=licence)
    assert bool(record.weight) is used


def test_an_ordinary_task_is_not_trained_on_as_an_attack():
    task = replace(a_record(1, source="lab", attack=True), strong=False, kind="indirect_task")
    assert task.weight == 0
    assert replace(task, kind="override").weight > 0


def test_the_same_texts_give_the_same_weights_and_none_is_negative():
    examples = [an_example(record) for record in records_of("lab")]
    one, other = fit(examples), fit(examples)
    assert one.weights.tobytes() == other.weights.tobytes()
    assert one.bias == other.bias
    assert one.weights.min() >= 0
    attacks = [one.score(each) for each in examples if each.record.attack]
    benign = [one.score(each) for each in examples if not each.record.attack]
    assert min(attacks) > max(benign)


def test_a_text_is_scored_by_a_model_that_saw_neither_its_source_nor_its_copy():
    """The lure is an attack in both sources. With its copy kept, it would be recognised."""
    text = "purple elephants dance over silver rivers"
    lure = a_record(8, source="field", attack=True, text=text)
    copy = a_record(9, source="lab", attack=True, text=text + " tonight")
    examples = [an_example(record) for record in [*records_of("lab"), copy, lure]]
    scores = scores_left_out(examples, [], lambda example: example.record.source)
    seen = fit(examples[:-1])  # the control: its source is left out, its copy is not
    assert seen.score(examples[-1]) > 0
    assert scores[lure.id] < 0


def test_a_group_is_never_on_both_sides():
    examples = [an_example(record) for record in records_of("lab")]
    text = "crimson walrus juggles seven lanterns quietly"
    lure = replace(a_record(8, source="field", attack=True, text=text), group="same")
    rest = replace(a_record(9, source="lab", attack=True, text="walrus juggles lanterns"))
    rest = replace(rest, group="same")
    examples += [an_example(rest), an_example(lure)]
    scores = scores_left_out(examples, [], lambda example: example.record.source)
    assert fit(examples[:-1]).score(examples[-1]) > scores[lure.id]


@pytest.mark.parametrize("module", ["memory.screening.training", "benchmarks.screening"])
def test_the_scripts_start_from_a_plain_checkout(module):
    bare = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    subprocess.run(
        [sys.executable, "-m", module, "--help"],
        cwd=Path(__file__).parents[2],
        env=bare,
        check=True,
        capture_output=True,
        timeout=60,
    )


def test_our_own_texts_are_composed_the_same_way_every_time():
    own = authored(SEED)
    assert own == authored(SEED)
    assert {record.attack for record in own} == {True, False}
    assert not [
        record.text for record in own if "{order}" in record.text or "{data}" in record.text
    ]
