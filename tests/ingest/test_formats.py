"""What is stored for years reads the same for years: formats pinned by bytes made once."""

from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from backports import zstd

from audit.ingest.content import MAX_SHOWN_BYTES, ZSTD_JSON, open_block
from audit.ingest.run_key import RunKey
from audit.models import SpanContent, StitchedBy
from console.keys.keyring import Key
from console.platform.crypto.envelope import SealBrokenError, seal

VECTORS = Path(__file__).parent / "vectors"
TENANT = UUID("01a1fc28-a7cc-7593-b239-534f0cbf7074")
BLOCK = UUID("01a1fc28-a7cc-7593-b239-534f0cbf7075")
DAY = date(2026, 11, 21)
KEY = Key(UUID("01a1fc28-a7cc-7593-b239-534f0cbf7076"), 1, bytes(range(32)))


def a_row(body: bytes) -> SpanContent:
    sealed = seal(KEY.secret, body, f"spans|{TENANT}|{BLOCK}|{DAY}|{KEY.id}".encode())
    return SpanContent(tenant_id=TENANT, id=BLOCK, day=DAY, key_id=KEY.id, body=sealed)


def test_content_stored_by_the_first_version_still_opens():
    sealed = (VECTORS / "content.bin").read_bytes()
    row = SpanContent(tenant_id=TENANT, id=BLOCK, day=DAY, key_id=KEY.id, body=sealed)
    block = open_block(row, KEY)
    [said], [source] = block["spans"], block["sources"]
    assert said["attributes"] == {"my.span.attr": "some value"}
    assert source["scope"]["attributes"] == {"my.scope.attribute": "some scope attribute"}


def test_content_that_was_put_in_another_blocks_place_does_not_open():
    row = a_row(ZSTD_JSON + zstd.compress(b"{}"))
    assert open_block(row, KEY) == {}
    row.day = date(2026, 11, 22)
    with pytest.raises(SealBrokenError):
        open_block(row, KEY)


@pytest.mark.parametrize("body", [b"", b"\x7fxyz"])
def test_content_of_an_unknown_form_is_refused_by_name(body: bytes):
    with pytest.raises(ValueError, match="newer version"):
        open_block(a_row(body), KEY)


def test_content_that_claims_to_be_endless_is_refused():
    bomb = ZSTD_JSON + zstd.compress(bytes(MAX_SHOWN_BYTES + 1))
    with pytest.raises(ValueError, match="larger than can be shown"):
        open_block(a_row(bomb), KEY)


@pytest.mark.parametrize(
    ("key", "run_id"),
    [
        (RunKey(StitchedBy.CONVERSATION, "case-7"), "b2d5250c-c8d5-8529-a1df-fb8af146a457"),
        (RunKey(StitchedBy.SESSION, "case-7"), "e3df3a21-4544-8941-8055-bba1d92e71b5"),
        (RunKey(StitchedBy.TRACE, "00" * 16), "125fa707-1c0f-8d91-a807-5a837f65553b"),
    ],
)
def test_a_run_keeps_its_id_for_ever(key: RunKey, run_id: str):
    assert key.run_id(TENANT) == UUID(run_id)
    assert key.run_id(TENANT).version == 8
