"""Fits the weights: stochastic gradient descent (AdaGrad) on each text's worst window."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from memory.screening.folding import fold
from memory.screening.linear_model import BUCKETS, hash_ngrams, windows
from memory.screening.training.records import Record

SEED = 20261121
EPOCHS = 8
RATE = 0.5
DAMPING = 1e-3
DECAY = 1e-6
SMALLEST_ERROR = 1e-3

Window = tuple[NDArray[np.int64], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Example:
    """A record and its windows, each as buckets and how much each counts there."""

    record: Record
    windows: list[Window]


@dataclass(frozen=True, slots=True)
class Fit:
    weights: NDArray[np.float32]
    bias: float

    def score(self, example: Example) -> float:
        return max(_score(self.weights, window) for window in example.windows) + self.bias


def an_example(record: Record) -> Example:
    text = fold(record.text).text
    hashed = hash_ngrams(text)
    starts, ends = windows(len(text) + 2)
    found: list[Window] = []
    for start, end in zip(starts, ends, strict=True):
        inside = (hashed.positions >= start) & (hashed.positions < end)
        scales = hashed.scales[inside]
        buckets, at = np.unique(hashed.buckets[inside], return_inverse=True)
        energy = max(float((scales**2).sum()), 1.0)
        found.append((buckets, (np.bincount(at, scales) / np.sqrt(energy)).astype(np.float32)))
    return Example(record, found)


def fit(examples: Iterable[Example]) -> Fit:
    """The same examples in the same order give the same weights."""
    trained = [example for example in examples if example.record.weight > 0]
    chance = np.random.default_rng(SEED)
    weights = np.zeros(BUCKETS, np.float32)
    squares = np.full(BUCKETS, DAMPING, np.float32)
    bias, bias_square = 0.0, DAMPING
    for epoch in range(EPOCHS):
        for number in chance.permutation(len(trained)):
            example = trained[number]
            # Nobody knows yet which window is the worst.
            worst = int(chance.integers(len(example.windows)))
            if epoch and len(example.windows) > 1:
                worst = int(np.argmax([_score(weights, window) for window in example.windows]))
            buckets, counts = example.windows[worst]
            chance_of_attack = 1 / (1 + np.exp(-(_score(weights, (buckets, counts)) + bias)))
            error = float(chance_of_attack - example.record.attack) * example.record.weight
            if abs(error) < SMALLEST_ERROR:
                continue
            slope = error * counts + DECAY * weights[buckets]
            squares[buckets] += slope * slope
            step = RATE * slope / np.sqrt(squares[buckets])
            weights[buckets] = np.maximum(weights[buckets] - step, 0)
            bias_square += error * error
            bias -= RATE * error / bias_square**0.5
    return Fit(weights, bias)


def _score(weights: NDArray[np.float32], window: Window) -> float:
    buckets, counts = window
    return float(weights[buckets] @ counts)
