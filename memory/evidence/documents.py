"""The documents that go into a pack beside the log's own. Each is read in a scope of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson

from audit.evidence.extent import Extent
from audit.evidence.pack import pack_of
from audit.evidence.zip_stream import Document
from audit.proof.entry import instant
from console.tenancy.scope import tenant_scope
from memory.evidence.access import access_list
from memory.evidence.readme import readme_of
from memory.keeping import setting as lifecycle
from memory.models import ErasureCertificate, PolicyActivation, PolicyVersion
from memory.retention import rules as retention

VERIFIER = Path(__file__).parents[2] / "sdk" / "src" / "mnemoscope_verify"
INDENTED = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS


def evidence_pack(extent: Extent) -> Iterator[bytes]:
    """A .zip, in parts; to be read outside of any scope, after `export_evidence` has committed."""
    return pack_of(extent, _documents(extent))


def _documents(extent: Extent) -> Iterator[Document]:
    yield Document("README.md", [readme_of(extent).encode()])
    yield from _policies(extent)
    yield _told(extent, "access.json", access_list)
    yield _told(extent, "settings.json", _settings)
    yield from _certificates(extent)
    yield from _verifier()


def _told(extent: Extent, path: str, tell: Callable[[], Any]) -> Document:
    with tenant_scope(extent.tenant_id):
        return Document(path, [orjson.dumps(tell(), option=INDENTED)])


def _policies(extent: Extent) -> Iterator[Document]:
    """Every version there has been: an event names the one by which it was decided."""
    yield _told(extent, "policies/activations.json", _activations)
    with tenant_scope(extent.tenant_id):
        numbers = list(PolicyVersion.objects.order_by("number").values_list("number", flat=True))
    for number in numbers:
        with tenant_scope(extent.tenant_id):
            version = PolicyVersion.objects.get(number=number)
        told = {
            "number": version.number,
            "saved_at": instant(version.created_at),
            "saved_by": str(version.created_by_id),
            "comment": version.comment,
            "body": version.body,
        }
        yield Document(f"policies/{number}.json", [orjson.dumps(told, option=INDENTED)])


def _activations() -> list[dict[str, Any]]:
    """The newest is in force; number 0 is the policy that ships."""
    return [
        {
            "number": activation.number,
            "activated_at": instant(activation.activated_at),
            "activated_by": str(activation.activated_by_id),
            "comment": activation.comment,
        }
        for activation in PolicyActivation.objects.order_by("id")
    ]


def _certificates(extent: Extent) -> Iterator[Document]:
    """Of every erasure so far: each is a note that the log's key signed."""
    with tenant_scope(extent.tenant_id):
        ids = list(ErasureCertificate.objects.order_by("id").values_list("id", flat=True))
    for identifier in ids:
        with tenant_scope(extent.tenant_id):
            one = ErasureCertificate.objects.get(id=identifier)
        yield Document(f"certificates/{one.reference}.note", [one.note.encode()])


def _settings() -> dict[str, Any]:
    """For how long what is kept."""
    return {
        "lifecycle": lifecycle.rules_in_force().as_dict(),
        "retention": retention.rules_in_force().as_json(),
    }


def _verifier() -> Iterator[Document]:
    for file in sorted(VERIFIER.glob("*.py")):
        yield Document(f"verifier/mnemoscope_verify/{file.name}", [file.read_bytes()])
