"""Turning text into a vector, offline: one protocol, one default provider."""

from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from memory.models.recall_index import DIMENSIONS

Vectors = NDArray[np.float32]
# Longer texts are embedded by their beginning; the words of the rest are still in the index.
MAX_CHARACTERS = 8_000


class EmbeddingProvider(Protocol):
    name: str

    def embed(self, texts: list[str]) -> Vectors:
        """Shape (len(texts), DIMENSIONS), unit length (a text without words is all zeros)."""
        ...


class WordLlamaProvider:
    """WordLlama (MIT): token embeddings whose weights come inside the wheel."""

    name = f"wordllama-l2-supercat-{DIMENSIONS}"

    def __init__(self) -> None:
        # It takes a second: only who embeds pays for it.
        import wordllama  # noqa: PLC0415

        # The loader looks for the tokenizer elsewhere and would then try the network.
        package = Path(wordllama.__file__).parent
        self._model = wordllama.WordLlama.load(
            dim=DIMENSIONS, cache_dir=package, disable_download=True
        )

    def embed(self, texts: list[str]) -> Vectors:
        bounded = [text[:MAX_CHARACTERS] or " " for text in texts]
        vectors = np.asarray(self._model.embed(bounded, norm=False), dtype=np.float32)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: Vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
        return np.nan_to_num(unit)


@cache
def embedding_provider() -> EmbeddingProvider:
    return WordLlamaProvider()
