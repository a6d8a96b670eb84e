"""The other files of a pack: as the manifest lists them, and the manifest as the log signed it."""

from __future__ import annotations

import binascii
import json
from base64 import b64decode
from contextlib import suppress
from hashlib import sha256

from mnemoscope_verify.findings import Kind, Report
from mnemoscope_verify.manifest import NAME, Manifest
from mnemoscope_verify.notes import MalformedError, Note, named_keys, parse_note
from mnemoscope_verify.pack import BLOCK, Pack, read_document, shown
from mnemoscope_verify.trust import KeyRing, Standing

SIGNED = "manifest.note"
PACK_HEAD = "mnemoscope-pack/v1"
CERTIFICATES = "certificates/"
CERTIFICATE_HEAD = "mnemoscope.erasure-certificate/1"
# What the log itself vouches for, event by event and checkpoint by checkpoint.
IN_THE_LOG = {"events.jsonl", "checkpoints.jsonl", "leaves.bin"}


def check_files(pack: Pack, manifest: Manifest, ring: KeyRing, report: Report) -> None:
    _check_signature(pack, manifest, ring, report)
    listed = {one.path for one in manifest.files}
    for one in manifest.files:
        if one.path in IN_THE_LOG and not report.is_well:
            continue  # already told, and closer
        if not pack.has(one.path):
            report.found(Kind.DELETION, f"{shown(one.path)} is gone from the pack.", file=one.path)
        elif _sha256(pack, one.path) != one.sha256:
            report.found(
                Kind.EDIT, f"{shown(one.path)} is not as the manifest lists it.", file=one.path
            )
    for name in pack.names():
        if name not in listed | {NAME, SIGNED}:
            report.found(Kind.INSERTION, f"{shown(name)} was put into the pack.", file=name)
        elif name.startswith(CERTIFICATES) and name.endswith(".note"):
            _check_certificate(pack, name, manifest, ring, report)


def learn_keys(pack: Pack, manifest: Manifest, ring: KeyRing) -> None:
    """The manifest is signed by every key the log has had, each named in the text."""
    note = _note(pack, SIGNED) if pack.has(SIGNED) else None
    lines = note.body.decode(errors="replace").split("\n") if note else []
    if note is None or lines[:2] != [PACK_HEAD, manifest.origin]:
        return
    if ring.standing(note) is Standing.TRUSTED:
        with suppress(MalformedError):
            ring.learn(note, manifest.origin, named_keys(lines))


def _sha256(pack: Pack, name: str) -> str:
    digest = sha256()
    with pack.open(name) as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _check_signature(pack: Pack, manifest: Manifest, ring: KeyRing, report: Report) -> None:
    if not pack.has(SIGNED):
        report.notices.append(
            "The manifest is not signed: the log's events are proven, but policies, access list"
            " and settings are only what this pack says."
        )
        return
    note = _note(pack, SIGNED)
    said = note.body.decode(errors="replace").split("\n") if note else []
    standing = ring.standing(note) if note else Standing.FORGED
    if standing is Standing.UNKNOWN:
        if any(finding.kind is Kind.KEY_SWAP for finding in report.findings):
            return  # by the same key, most likely: told at the checkpoint where it begins
        report.found(
            Kind.KEY_SWAP, "The manifest is signed by a key that you did not name.", file=SIGNED
        )
    elif standing is Standing.FORGED or said[:2] != [PACK_HEAD, manifest.origin]:
        report.found(Kind.EDIT, "The manifest's signature does not fit.", file=SIGNED)
    elif _digest(said[2]) != manifest.digest:
        report.found(Kind.EDIT, "The manifest is not the one that was signed.", file=NAME)


def _digest(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except binascii.Error:
        return b""


def _note(pack: Pack, name: str) -> Note | None:
    try:
        return parse_note(read_document(pack, name).decode())
    except (MalformedError, UnicodeDecodeError):
        return None


def _check_certificate(
    pack: Pack, name: str, manifest: Manifest, ring: KeyRing, report: Report
) -> None:
    note = _note(pack, name)
    standing = ring.standing(note) if note else Standing.FORGED
    if note is None or standing is Standing.FORGED:
        report.found(Kind.EDIT, f"The certificate {shown(name)} was altered.", file=name)
    elif standing is Standing.UNKNOWN:
        report.found(
            Kind.KEY_SWAP,
            f"The certificate {shown(name)} is signed by a key that you did not name.",
            file=name,
        )
    elif not _is_certificate_of(note, manifest.tenant):
        report.found(Kind.GRAFT, f"{shown(name)} is no certificate of this tenant.", file=name)
    else:
        report.certificates += 1


def _is_certificate_of(note: Note, tenant: str) -> bool:
    head, _, said = note.body.decode(errors="replace").partition("\n")
    try:
        return head == CERTIFICATE_HEAD and json.loads(said)["tenant"] == tenant
    except (ValueError, KeyError, TypeError, RecursionError):
        return False
