"""A pack as bytes: the log's own files, what others add, and last the manifest, signed."""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any

import orjson

from audit.evidence.documents import log_documents
from audit.evidence.extent import Extent
from audit.evidence.zip_stream import Document, Written, ZipStream
from audit.proof.checkpoints import signers
from audit.proof.entry import instant
from audit.proof.notes import origin_of, signed
from audit.proof.tiles import compact_range
from console.tenancy.scope import tenant_scope

FORMAT = "mnemoscope.evidence/1"
HEAD = "mnemoscope-pack/v1"


def pack_of(extent: Extent, others: Iterable[Document]) -> Iterator[bytes]:
    """The .zip, in parts. To be read outside of any scope: it opens its own."""
    stream = ZipStream(extent.made_at)
    for document in log_documents(extent):
        yield from stream.send(document)
    for document in others:
        yield from stream.send(document)
    manifest = _manifest(extent, stream.written)
    yield from stream.send(Document("manifest.json", [manifest]))
    yield from stream.send(Document("manifest.note", [_note(extent, manifest)]))
    yield stream.end()


def _manifest(extent: Extent, written: list[Written]) -> bytes:
    with tenant_scope(extent.tenant_id):
        left = compact_range(extent.first).hashes
    said = {
        "format": FORMAT,
        "origin": origin_of(extent.tenant_id),
        "tenant": str(extent.tenant_id),
        "from": instant(extent.begins) if extent.begins else None,
        "to": instant(extent.ends) if extent.ends else None,
        "created_at": instant(extent.made_at),
        "first": extent.first,
        "size": extent.size,
        "checkpoints": {"first": extent.begins_at, "last": extent.ends_at},
        "sealed_at": instant(extent.sealed_at),
        "waiting": extent.waiting,
        "pruned": _pruned(extent),
        "left": [b64encode(one).decode() for one in left],
        "files": [one._asdict() for one in written],
    }
    return orjson.dumps(said, option=orjson.OPT_INDENT_2)


def _pruned(extent: Extent) -> dict[str, Any] | None:
    """The events before the first, which retention removed; and the event that says so."""
    pruned = extent.pruned
    if pruned is None:
        return None
    return {"size": pruned.size, "at": instant(pruned.at), "event": str(pruned.event)}


def _note(extent: Extent, manifest: bytes) -> bytes:
    """By every key the log has had, each named in the text: whoever knows one learns the others."""
    digest = b64encode(sha256(manifest).digest()).decode()
    with tenant_scope(extent.tenant_id):
        keys = signers()
    named = "".join(f"mnemoscope-key {key.vkey}\n" for key in keys)
    body = f"{HEAD}\n{origin_of(extent.tenant_id)}\n{digest}\n{named}"
    return signed(body, keys).encode()
