"""The root key may stand in a key management service, and never leave it."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from console.keys import keyring
from console.keys.models import Purpose
from console.platform.crypto.envelope import SealBrokenError
from console.platform.crypto.key_service import KeysUnavailableError, TransitKeys, key_service
from console.platform.crypto.root_keys import root_keys, root_keys_given
from tests.api.door import door_of, problem_of
from tests.cast import an_agent, remember
from tests.keys.stored import keys_of, run, words
from tests.keys.transit_peer import TOKEN, transit_peer

SECRET = bytes(range(32))


@pytest.fixture
def peer():
    with transit_peer() as peer:
        yield peer


@pytest.fixture
def use(settings):
    """As a process that starts with this service, or none, and knows no key yet."""

    def start(service, local=None):
        settings.KEY_SERVICE = service
        settings.ROOT_KEYS = settings.ROOT_KEYS if local is None else local
        root_keys.cache_clear()
        keyring._unwrap_by_root.cache_clear()

    yield start
    start(None)
    root_keys.cache_clear()


def test_what_it_wraps_opens_as_what_it_is_and_nothing_else(peer):
    keys = TransitKeys(peer.service())
    wrapped = keys.wrap(SECRET, b"row 1")
    assert SECRET not in wrapped
    assert keys.unwrap(wrapped, b"row 1", root="kms:mnemoscope") == SECRET
    for associated, root in ((b"row 2", "kms:mnemoscope"), (b"row 1", "kms:next")):
        with pytest.raises(SealBrokenError):
            keys.unwrap(wrapped, associated, root=root)


@pytest.mark.parametrize("status", [403, 404, 429, 500, 503])
def test_one_that_refuses_or_fails_is_unavailable_and_no_secret_is_told(peer, status):
    peer.status = status
    with pytest.raises(KeysUnavailableError) as refused:
        TransitKeys(peer.service()).wrap(SECRET, b"row")
    assert str(status) in refused.value.detail
    assert TOKEN not in f"{refused.value!r}{peer.service()!r}"


def test_one_that_is_away_is_unavailable(peer, use, stored):
    robo = an_agent(stored, "second")
    use(peer.service())
    run("rotate_keys", level="root")
    away = peer.service()
    use(type(away)("http://127.0.0.1:1/v1/transit", away.key, away.token))
    body = {"content": "Likes rum."}
    problem = problem_of(door_of(robo).post("memories", body), 503, "keys_unavailable")
    assert "ConnectError" in problem["detail"]
    use(peer.service())
    assert door_of(robo).post("memories", body).status_code == 201


def test_the_root_moves_into_the_service_from_key_to_key_and_back(stored, peer, use, settings):
    before, local = words(stored), dict(settings.ROOT_KEYS)

    def wrapped_by():
        return [key.wrapped_by for key in keys_of(stored, purpose=Purpose.WRAP)]

    use(peer.service())
    assert words(stored) == before
    for name in ("mnemoscope", "next"):
        use(peer.service(name))
        assert run("rotate_keys", level="root")["acme"]["rewrapped"] == 1
        assert wrapped_by() == [f"kms:{name}"]
        use(peer.service(name), local={})
        assert words(stored) == before
    use(peer.service(""), local=local)
    assert run("rotate_keys", level="root")["acme"]["rewrapped"] == 1
    use(None, local=local)
    assert wrapped_by() == [next(iter(local))]
    assert words(stored) == before


def test_it_is_asked_once_per_tenant_and_process(stored, peer, use):
    robo = an_agent(stored, "second")
    use(peer.service())
    run("rotate_keys", level="root")
    use(peer.service())
    peer.asked.clear()
    for _ in range(3):
        remember(robo, "Likes rum.")
    assert len(peer.asked) == 1


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("ftp://vault", "k"),
        ("https://", "k"),
        ("https://user:secret@vault/v1/transit", "k"),
        ("https://vault/v1/transit", "a/b"),
        ("https://vault/v1/transit", "k" * 37),
    ],
)
def test_a_wrong_setting_stops_the_boot(monkeypatch, url, key):
    monkeypatch.setenv("MNEMOSCOPE_KMS_URL", url)
    monkeypatch.setenv("MNEMOSCOPE_KMS_KEY", key)
    monkeypatch.setenv("MNEMOSCOPE_KMS_TOKEN", TOKEN)
    with pytest.raises(ImproperlyConfigured, match="MNEMOSCOPE_KMS") as refused:
        key_service()
    assert "secret@" not in str(refused.value)


def test_beside_a_service_no_local_key_is_needed(monkeypatch, tmp_path):
    monkeypatch.setenv("MNEMOSCOPE_HOME", str(tmp_path))
    monkeypatch.delenv("MNEMOSCOPE_ROOT_KEYS", raising=False)
    monkeypatch.setenv("MNEMOSCOPE_KMS_URL", "https://vault.example/v1/transit/")
    monkeypatch.setenv("MNEMOSCOPE_KMS_TOKEN", TOKEN)
    with pytest.raises(ImproperlyConfigured, match="ROOT_KEYS is missing"):
        root_keys_given(key_service())
    monkeypatch.setenv("MNEMOSCOPE_KMS_KEY", "mnemoscope")
    assert root_keys_given(key_service()) == {}
