"""Keys, tokens and passwords are found by their shape or by their name."""

import pytest

from console.accounts.key_text import new_key
from console.platform.ids import uuid7
from memory.models import State
from memory.screening.secrets import MOST_FINDINGS, screen_secrets
from tests.cast import remember

TOKEN = "ghp_" + "a1B2" * 9


def found(text):
    return [text[one.start : one.end] for one in screen_secrets(text)]


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"Push with {TOKEN} from now on.", TOKEN),
        ("The key is AKIAIOSFODNN7EXAMPLE.", "AKIAIOSFODNN7EXAMPLE"),
        ("postgres://bob:s3cr3t@db.example/x", "postgres://bob:s3cr3t@"),
        ("Her password: hunter2!", "hunter2!"),
        ("api_key = 'abc123def'", "abc123def"),
        ("Door PIN is 4711.", "4711."),
        (
            "-----BEGIN EC PRIVATE KEY-----\nMHcC\n-----END EC PRIVATE KEY-----",
            "-----BEGIN EC PRIVATE KEY-----\nMHcC\n-----END EC PRIVATE KEY-----",
        ),
    ],
)
def test_a_secret_is_found_where_it_stands(text, secret):
    assert found(text) == [secret]


def test_a_key_of_ours_is_known_by_its_shape():
    key = new_key(uuid7()).reveal()
    assert found(f"Use {key} for it") == [key]


@pytest.mark.parametrize(
    "text",
    [
        "A password is required for the portal, and her token expired.",
        "Secret Santa is on Friday; he likes the pin board.",
        "Commit 4f8fe39a1c0d9e8b7a6f5e4d3c2b1a0f9e8d7c6b is deployed.",
        "See https://docs.example/guides/how-to-reset-your-password-in-five-steps?x=1",
        "eyJub3RhdG9rZW4.eyJub3RhdG9rZW4.x is no token.",
    ],
)
def test_what_only_speaks_of_secrets_is_let_be(text):
    assert found(text) == []


def test_a_text_of_secrets_is_quarantined_since_not_all_could_be_redacted():
    findings = screen_secrets(f"{TOKEN} " * (MOST_FINDINGS + 1))
    assert findings[-1].code == "too_many_secrets"
    assert findings[-1].severity == "quarantine"


def test_a_secret_is_held_and_its_evidence_quotes_nothing(in_acme, robo):
    outcome = remember(robo, f"Push with {TOKEN} from now on.")
    assert outcome.memory.state == State.PENDING
    assert TOKEN not in str([r.detail for r in outcome.ruling.reasons])
    assert TOKEN not in str(outcome.version.findings)
