"""Which server turns texts into vectors, if not the built-in model. The operator says; nobody else.

Settings `MNEMOSCOPE_EMBEDDING_URL`, `_MODEL`, `_DIMENSIONS` and the secret `_API_KEY`; and the
same with `EMBEDDING_PREVIOUS_` for the server that is being left, until all is embedded anew.
"""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from console.platform import env

# What a halfvec column can have in an HNSW graph (pgvector).
MAX_DIMENSIONS = 4_000
MAX_MODEL = 200


@dataclass(frozen=True, slots=True)
class EmbeddingServer:
    """`url` is the base that `/embeddings` is below: `https://api.openai.com/v1`.

    Of each vector the first `dimensions` numbers are kept: all of them, or fewer where the model
    was trained for that (Matryoshka).
    """

    url: str
    model: str
    dimensions: int
    api_key: str | None = field(default=None, repr=False)


def embedding_servers() -> tuple[EmbeddingServer, ...]:
    """The one in use first. Raises ImproperlyConfigured."""
    named = (
        _server(
            "EMBEDDING",
            url=env.text("EMBEDDING_URL", ""),
            model=env.text("EMBEDDING_MODEL", ""),
            dimensions=env.integer("EMBEDDING_DIMENSIONS", 0, low=0, high=MAX_DIMENSIONS),
            api_key=env.secret("EMBEDDING_API_KEY", None),
        ),
        _server(
            "EMBEDDING_PREVIOUS",
            url=env.text("EMBEDDING_PREVIOUS_URL", ""),
            model=env.text("EMBEDDING_PREVIOUS_MODEL", ""),
            dimensions=env.integer("EMBEDDING_PREVIOUS_DIMENSIONS", 0, low=0, high=MAX_DIMENSIONS),
            api_key=env.secret("EMBEDDING_PREVIOUS_API_KEY", None),
        ),
    )
    return tuple(server for server in named if server)


def _server(
    prefix: str, *, url: str, model: str, dimensions: int, api_key: str | None
) -> EmbeddingServer | None:
    if not url:
        return None
    name = f"{env.PREFIX}{prefix}"
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ImproperlyConfigured(f"{name}_URL is no http:// or https:// address.")
    if parts.username or parts.password or parts.query or parts.fragment:
        # It would stand in logs.
        raise ImproperlyConfigured(f"{name}_URL holds more than an address: see {name}_API_KEY.")
    if not model or len(model) > MAX_MODEL:
        raise ImproperlyConfigured(f"{name}_MODEL: name the model, in 1 to {MAX_MODEL} characters.")
    if not dimensions:
        raise ImproperlyConfigured(f"{name}_DIMENSIONS: say how wide the model's vectors are.")
    return EmbeddingServer(url.rstrip("/"), model, dimensions, api_key)
