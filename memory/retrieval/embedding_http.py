"""Embedding by a server that speaks OpenAI's `POST /embeddings`: Ollama, vLLM, TEI, OpenAI.

https://platform.openai.com/docs/api-reference/embeddings/create. What is sent is content and what
is sent with it a secret: neither is ever logged or repeated in an error.
"""

import random
import time
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import orjson
import structlog

from console.platform.embedding_server import EmbeddingServer
from memory.retrieval.embedding import (
    EmbeddingRefusedError,
    EmbeddingUnavailableError,
    Vectors,
    bounded,
    unit,
)

logger = structlog.get_logger(__name__)

MAX_BATCH = 64
MAX_BATCH_CHARACTERS = 200_000
MAX_ANSWER_BYTES = 32 * 1024 * 1024
ATTEMPTS = 4
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 20.0
PATIENT = httpx.Timeout(60.0, connect=5.0)
# Somebody waits for a recall; without its vector it still finds words.
HASTY = httpx.Timeout(3.0, connect=1.0)
MAY_PASS = frozenset({408, 425, 429, 500, 502, 503, 504})


class _PassingError(Exception):
    """Worth another try, after `pause` seconds if the server said so."""

    def __init__(self, why: str, pause: float | None = None) -> None:
        super().__init__(why)
        self.pause = pause


class EmbeddingServerProvider:
    is_local = False

    def __init__(self, server: EmbeddingServer) -> None:
        self.server = server
        self.name = f"{server.model}-{server.dimensions}"
        headers = {"Authorization": f"Bearer {server.api_key}"} if server.api_key else {}
        # No redirect, no proxy and no .netrc: content goes to the address the operator named.
        self._client = httpx.Client(headers=headers, follow_redirects=False, trust_env=False)

    def embed(self, texts: list[str]) -> Vectors:
        batches = [self._patiently(batch) for batch in _batches(bounded(texts))]
        empty: Vectors = np.zeros((0, self.server.dimensions), dtype=np.float32)
        return np.concatenate([empty, *batches])

    def embed_query(self, text: str) -> Vectors:
        try:
            first: Vectors = self._ask(bounded([text]), HASTY)[0]
        except _PassingError as error:
            raise EmbeddingUnavailableError(str(error)) from error
        return first

    def _patiently(self, texts: list[str]) -> Vectors:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._ask(texts, PATIENT)
            except _PassingError as error:
                logger.warning("embedding.failed", why=str(error), attempt=attempt)
                if attempt < ATTEMPTS:
                    time.sleep(_pause(attempt, error.pause))
        raise EmbeddingUnavailableError("The embedding server does not answer.")

    def _ask(self, texts: list[str], timeout: httpx.Timeout) -> Vectors:
        body = {"model": self.server.model, "input": texts, "encoding_format": "float"}
        url = f"{self.server.url}/embeddings"
        try:
            with self._client.stream("POST", url, json=body, timeout=timeout) as response:
                _check_status(response)
                answer = _read(response)
        except httpx.TransportError as error:
            # Its text may name the request; its kind does not.
            raise _PassingError(type(error).__name__) from None
        return vectors_of(answer, count=len(texts), width=self.server.dimensions)


def vectors_of(answer: bytes, *, count: int, width: int) -> Vectors:
    """Raises EmbeddingUnavailableError unless it is one finite vector per text, wide enough."""
    try:
        data = orjson.loads(answer)["data"]
        rows = _in_order(data, count=count)
        vectors = np.asarray(rows, dtype=np.float32)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise EmbeddingUnavailableError("The embedding server's answer is malformed.") from None
    if vectors.ndim != 2 or vectors.shape[1] < width:  # noqa: PLR2004 - a matrix
        raise EmbeddingUnavailableError(
            f"The embedding server's vectors are not {width} numbers wide."
        )
    if not np.isfinite(vectors).all():
        raise EmbeddingUnavailableError("The embedding server's vectors are not finite.")
    return unit(vectors[:, :width])


def _in_order(data: Any, *, count: int) -> list[Any]:
    """By `index`, which the API does not promise to be the order of the list."""
    rows = {item.get("index", place): item["embedding"] for place, item in enumerate(data)}
    if sorted(rows) != list(range(count)):
        raise ValueError("not one vector per text")
    return [rows[place] for place in range(count)]


def _check_status(response: httpx.Response) -> None:
    if response.status_code in MAY_PASS:
        raise _PassingError(f"status {response.status_code}", _retry_after(response))
    if response.status_code != httpx.codes.OK:
        raise EmbeddingRefusedError(
            f"The embedding server answered with status {response.status_code}."
        )


def _read(response: httpx.Response) -> bytes:
    answer = bytearray()
    for chunk in response.iter_bytes():
        answer += chunk
        if len(answer) > MAX_ANSWER_BYTES:
            raise EmbeddingUnavailableError("The embedding server's answer is too large.")
    return bytes(answer)


def _retry_after(response: httpx.Response) -> float | None:
    text = response.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() else None


def _pause(attempt: int, asked: float | None) -> float:
    # Jitter, so that workers refused together do not come back together.
    usual: float = FIRST_PAUSE * 2 ** (attempt - 1) * random.uniform(0.5, 1.5)  # noqa: S311
    return min(LONGEST_PAUSE, usual if asked is None else max(asked, usual))


def _batches(texts: list[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for text in texts:
        if batch and (len(batch) == MAX_BATCH or size + len(text) > MAX_BATCH_CHARACTERS):
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += len(text)
    if batch:
        yield batch
