"""A server that embeds is asked in bounded batches, and believed only as far as it is checked."""

import json

import numpy as np
import pytest
from django.core.exceptions import ImproperlyConfigured

from console.platform.embedding_server import embedding_servers
from memory.retrieval import embedding_http
from memory.retrieval.embedding import EmbeddingUnavailableError, embedding_provider, provider_named
from memory.retrieval.embedding_http import EmbeddingServerProvider, vectors_of
from tests.retrieval.embedding_peer import embedding_peer, vector_of

SECRET = "sk-do-not-tell"
CONTENT = "Jonas has diabetes"


@pytest.fixture
def peer():
    with embedding_peer() as peer:
        yield peer


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setattr(embedding_http, "FIRST_PAUSE", 0.001)


def provider_of(peer, **options):
    return EmbeddingServerProvider(peer.server(**options))


def test_each_text_has_its_vector_in_order_and_of_unit_length(peer):
    texts = [f"text number {number}" for number in range(3)]
    vectors = provider_of(peer, api_key=SECRET).embed(texts)
    wanted = np.array([vector_of(text, 64) for text in texts])
    assert np.allclose(vectors, wanted / np.linalg.norm(wanted, axis=1, keepdims=True), atol=1e-6)
    assert vectors.dtype == np.float32
    ((path, body),) = peer.asked
    assert path == "/v1/embeddings"
    assert body == {"model": "peer", "input": texts, "encoding_format": "float"}
    assert peer.headers[0]["Authorization"] == f"Bearer {SECRET}"


def test_a_wider_model_is_cut_and_scaled_to_the_width_asked(peer):
    provider = provider_of(peer, dimensions=16)
    (vector,) = provider.embed([" ".join(f"word{n}" for n in range(100))])
    assert vector.shape == (16,)
    assert np.linalg.norm(vector) == pytest.approx(1)
    assert provider.name == "peer-16"


def test_many_texts_travel_in_bounded_batches(peer):
    texts = ["word"] * 150 + ["x" * 8_000] * 60
    assert provider_of(peer).embed(texts).shape == (210, 64)
    sizes = [(len(body["input"]), sum(map(len, body["input"]))) for _, body in peer.asked]
    assert sum(count for count, _ in sizes) == 210
    assert all(count <= 64 and size <= 200_000 for count, size in sizes)


def test_nothing_asks_for_nothing(peer):
    assert provider_of(peer).embed([]).shape == (0, 64)
    assert peer.asked == []


def test_a_long_text_is_embedded_by_its_beginning_and_an_empty_one_as_a_blank(peer):
    provider_of(peer).embed(["x" * 9_000, ""])
    assert peer.asked[0][1]["input"] == ["x" * 8_000, " "]


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_what_passes_is_waited_for(peer, status):
    peer.answers = [(status, {}, b"busy")] * 3
    assert provider_of(peer).embed(["tea"]).shape == (1, 64)
    assert len(peer.asked) == 4


def test_what_does_not_pass_is_given_up_after_four_tries(peer, caplog):
    peer.answers = [(503, {}, CONTENT.encode())] * 9
    with pytest.raises(EmbeddingUnavailableError) as failed:
        provider_of(peer, api_key=SECRET).embed([CONTENT])
    assert len(peer.asked) == 4
    told = f"{failed.value!r} {failed.value.detail} {caplog.text}"
    assert CONTENT not in told
    assert SECRET not in told
    assert "embedding.failed" in told


@pytest.mark.parametrize("status", [301, 400, 401, 404, 413])
def test_what_will_not_change_is_asked_once(peer, status):
    peer.answers = [(status, {"Location": "http://127.0.0.1:1/"}, CONTENT.encode())]
    with pytest.raises(EmbeddingUnavailableError) as failed:
        provider_of(peer).embed([CONTENT])
    assert len(peer.asked) == 1
    assert CONTENT not in failed.value.detail


def test_a_query_is_tried_once_because_somebody_waits(peer):
    peer.answers = [(503, {}, b"")]
    with pytest.raises(EmbeddingUnavailableError):
        provider_of(peer).embed_query("tea")
    assert len(peer.asked) == 1
    assert provider_of(peer).embed_query("tea").shape == (64,)


def test_nobody_listening_is_unavailable_and_not_a_crash(peer):
    server = peer.server()
    gone = EmbeddingServerProvider(type(server)("http://127.0.0.1:9/v1", "peer", 64))
    with pytest.raises(EmbeddingUnavailableError):
        gone.embed(["tea"])


ONE = [1.0] * 4
UNBELIEVABLE = {
    "no JSON": b"<html>",
    "no object": b"[]",
    "no data": b"{}",
    "too few": json.dumps({"data": [{"index": 0, "embedding": ONE}]}).encode(),
    "too many": json.dumps({"data": [{"index": n, "embedding": ONE} for n in range(3)]}).encode(),
    "one twice": json.dumps({"data": [{"index": 0, "embedding": ONE}] * 2}).encode(),
    "rows that are no objects": b'{"data": [1, 2]}',
    "an index that is none": b'{"data": [{"index": [], "embedding": [1]}, {"index": 1}]}',
    "words for numbers": b'{"data": [{"embedding": "x"}, {"embedding": 2}]}',
    "a ragged matrix": b'{"data": [{"embedding": [1, 2, 3, 4]}, {"embedding": [1, 2]}]}',
    "too narrow": b'{"data": [{"embedding": [1, 2, 3]}, {"embedding": [1, 2, 3]}]}',
    "numbers without end": b'{"data": [{"embedding": [1e99,1,1,1]}, {"embedding": [1, 1, 1, 1]}]}',
    "no number": b'{"data": [{"embedding": [null, 1, 1, 1]}, {"embedding": [1, 1, 1, 1]}]}',
}


@pytest.mark.filterwarnings("ignore:overflow")
@pytest.mark.parametrize("answer", UNBELIEVABLE.values(), ids=UNBELIEVABLE)
def test_an_answer_that_is_not_one_vector_per_text_is_not_believed(answer):
    with pytest.raises(EmbeddingUnavailableError):
        vectors_of(answer, count=2, width=4)


def test_an_endless_answer_is_cut_off(peer, monkeypatch):
    monkeypatch.setattr(embedding_http, "MAX_ANSWER_BYTES", 1_000)
    peer.answers = [(200, {}, b" " * 100_000)]
    with pytest.raises(EmbeddingUnavailableError):
        provider_of(peer).embed(["tea"])


def test_the_server_named_in_the_settings_embeds_and_the_one_before_still_can(peer, settings):
    built_in = embedding_provider().name
    settings.EMBEDDING_SERVERS = (peer.server(model="new"), peer.server(model="old"))
    assert embedding_provider().name == "new-64"
    assert provider_named("old-64").embed_query("tea").shape == (64,)
    assert provider_named(built_in).is_local
    assert provider_named("nobody-1") is None


NAMED = {
    "MNEMOSCOPE_EMBEDDING_URL": "http://127.0.0.1:11434/v1/",
    "MNEMOSCOPE_EMBEDDING_MODEL": "nomic-embed-text",
    "MNEMOSCOPE_EMBEDDING_DIMENSIONS": "512",
    "MNEMOSCOPE_EMBEDDING_API_KEY": SECRET,
}


def test_the_operator_names_the_server(monkeypatch):
    assert embedding_servers() == ()
    for name, value in NAMED.items():
        monkeypatch.setenv(name, value)
    (server,) = embedding_servers()
    assert (server.url, server.dimensions) == ("http://127.0.0.1:11434/v1", 512)
    assert SECRET not in repr(server)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("URL", "file:///etc/passwd"),
        ("URL", "embeddings"),
        ("URL", f"https://user:{SECRET}@example.org/v1"),
        ("URL", "https://example.org/v1?key=x"),
        ("MODEL", ""),
        ("MODEL", "x" * 201),
        ("DIMENSIONS", ""),
        ("DIMENSIONS", "5000"),
    ],
)
def test_a_server_that_is_half_named_stops_the_start(monkeypatch, name, value):
    for known, usual in NAMED.items():
        monkeypatch.setenv(known, usual)
    monkeypatch.setenv(f"MNEMOSCOPE_EMBEDDING_{name}", value)
    with pytest.raises(ImproperlyConfigured) as stopped:
        embedding_servers()
    assert SECRET not in str(stopped.value)
