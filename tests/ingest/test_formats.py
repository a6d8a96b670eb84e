"""What is stored for years reads the same for years: formats pinned by bytes made once."""

import zlib
from pathlib import Path
from uuid import UUID

import pytest

from audit.ingest.content import MAX_SHOWN_BYTES, ZLIB_JSON, pack_content, unpack_content
from audit.ingest.decode_protobuf import decode_protobuf
from audit.ingest.stitch import RunKey
from audit.models import StitchedBy

VECTORS = Path(__file__).parent / "vectors"
TENANT = UUID("01a1fc28-a7cc-7593-b239-534f0cbf7074")


def test_content_stored_by_the_first_version_still_opens():
    [span] = decode_protobuf((VECTORS / "trace.pb").read_bytes()).spans
    kept = unpack_content((VECTORS / "content-1.bin").read_bytes())
    assert kept == unpack_content(pack_content(span))
    assert kept["attributes"] == {"my.span.attr": "some value"}
    assert kept["scope"]["attributes"] == {"my.scope.attribute": "some scope attribute"}


@pytest.mark.parametrize("body", [b"", b"\x7fxyz"])
def test_content_of_an_unknown_form_is_refused_by_name(body: bytes):
    with pytest.raises(ValueError, match="newer version"):
        unpack_content(body)


def test_content_that_claims_to_be_endless_is_refused():
    bomb = ZLIB_JSON + zlib.compress(bytes(MAX_SHOWN_BYTES + 1))
    with pytest.raises(ValueError, match="larger than can be shown"):
        unpack_content(bomb)


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
