"""Turning text into a vector: one protocol, an offline default, and servers by setting."""

from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from console.platform.embedding_server import EmbeddingServer
from console.platform.errors import UnavailableError

Vectors = NDArray[np.float32]
DIMENSIONS = 256
# Longer texts are embedded by their beginning; the words of the rest are still in the index.
MAX_CHARACTERS = 8_000


class EmbeddingUnavailableError(UnavailableError):
    """The server did not answer, or not with vectors. It never repeats what was sent."""


class EmbeddingRefusedError(EmbeddingUnavailableError):
    """The server answered, and will not take this: asking again in the same way is of no use."""


class EmbeddingProvider(Protocol):
    """`name` tells model and width: only vectors of one name are compared with each other.

    `is_local`: embeds without the network, so that a write can wait for it in its transaction.
    """

    @property
    def name(self) -> str: ...

    @property
    def is_local(self) -> bool: ...

    def embed(self, texts: list[str]) -> Vectors:
        """Shape (len(texts), width), unit length (a text without words may be all zeros).

        Patient: it tries again. Raises EmbeddingUnavailableError.
        """
        ...

    def embed_query(self, text: str) -> Vectors:
        """Shape (width,). Somebody waits: one short try. Raises EmbeddingUnavailableError."""
        ...


class WordLlamaProvider:
    """WordLlama (MIT): token embeddings whose weights come inside the wheel."""

    name = f"wordllama-l2-supercat-{DIMENSIONS}"
    is_local = True

    def __init__(self) -> None:
        # It takes a second: only who embeds pays for it.
        import wordllama  # noqa: PLC0415

        # The loader looks for the tokenizer elsewhere and would then try the network.
        package = Path(wordllama.__file__).parent
        self._model = wordllama.WordLlama.load(
            dim=DIMENSIONS, cache_dir=package, disable_download=True
        )

    def embed(self, texts: list[str]) -> Vectors:
        vectors = np.asarray(self._model.embed(bounded(texts), norm=False), dtype=np.float32)
        return np.nan_to_num(unit(vectors))

    def embed_query(self, text: str) -> Vectors:
        first: Vectors = self.embed([text])[0]
        return first


def bounded(texts: list[str]) -> list[str]:
    return [text[:MAX_CHARACTERS] or " " for text in texts]


def unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return scaled


def embedding_provider() -> EmbeddingProvider:
    """The one that everything is embedded with from now on."""
    servers: tuple[EmbeddingServer, ...] = settings.EMBEDDING_SERVERS
    return _remote(servers[0]) if servers else _built_in()


def local_provider() -> EmbeddingProvider:
    """For what is compared once and kept nowhere: it needs no network."""
    return _built_in()


def former_names() -> list[str]:
    """Whose vectors may still stand in the index, beside those of `embedding_provider()`."""
    if not settings.EMBEDDING_SERVERS:
        return []
    return [
        *(_remote(server).name for server in settings.EMBEDDING_SERVERS[1:]),
        WordLlamaProvider.name,
    ]


def provider_named(name: str) -> EmbeddingProvider | None:
    """Whoever made the vectors of that name, if it can still be asked."""
    # First, so that no server is asked for by the default installation.
    if name == WordLlamaProvider.name:
        return _built_in()
    providers = (_remote(server) for server in settings.EMBEDDING_SERVERS)
    return next((provider for provider in providers if provider.name == name), None)


@cache
def _built_in() -> EmbeddingProvider:
    return WordLlamaProvider()


@cache
def _remote(server: EmbeddingServer) -> EmbeddingProvider:
    # Only where a server is named is an HTTP client needed.
    from memory.retrieval.embedding_http import EmbeddingServerProvider  # noqa: PLC0415

    return EmbeddingServerProvider(server)
