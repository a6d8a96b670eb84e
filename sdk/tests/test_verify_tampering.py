from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import pytest
from mnemoscope_verify.findings import Finding, Kind, Report
from mnemoscope_verify.notes import keys_in
from mnemoscope_verify.verification import verify
from verify_logs import Export, Log, LogKey, a_key, a_log, signed
from verify_tamperings import TAMPERINGS, edit, with_leaves_rewritten


def verified(export: Export, folder: Path, *keys: LogKey) -> Report:
    outside = export.write_outside(folder / "outside.log")
    return verify(
        export.write(folder / "pack.zip"),
        keys=keys_in("\n".join(key.text for key in keys or (export.key,))),
        outside=[outside] if export.outside else [],
        progress=lambda done, of: None,
    )


def only(report: Report) -> Finding:
    assert len(report.findings) == 1, report.findings
    return report.findings[0]


@pytest.fixture
def log() -> Log:
    return a_log(random.Random(7))


@pytest.mark.parametrize("kind", TAMPERINGS)
@pytest.mark.parametrize("seed", range(8))
def test_each_kind_is_told_by_its_name_and_place_and_nothing_else_is(
    kind: str, seed: int, tmp_path: Path
) -> None:
    rng = random.Random(f"{kind} {seed}")
    log = a_log(rng)
    export, told = TAMPERINGS[kind](rng, log)
    finding = only(verified(export, tmp_path, log.key))
    assert finding.kind == told.kind
    assert told.index is None or finding.index == told.index
    assert told.checkpoint is None or finding.checkpoint == told.checkpoint


@pytest.mark.parametrize("kind", ["edit", "deletion", "insertion", "swap", "re-dating", "graft"])
@pytest.mark.parametrize("seed", range(6))
def test_whoever_rewrites_the_leaves_too_is_found_all_the_same(
    kind: str, seed: int, tmp_path: Path
) -> None:
    """Less closely: between the checkpoint before and the one after."""
    rng = random.Random(f"leaves {kind} {seed}")
    log = a_log(rng)
    export, told = TAMPERINGS[kind](rng, log)
    report = verified(with_leaves_rewritten(export), tmp_path)
    assert not report.is_well
    found = report.findings[0]
    assert told.index is not None
    assert found.index is not None
    later = [size for size in log.sizes if size > told.index]
    if found.kind == Kind.CUT_TAIL:
        # After the checkpoint before the last, only the leaves could tell which line is gone.
        assert kind == "deletion"
        assert told.index >= log.sizes[-2]
        return
    assert found.index <= told.index + 1
    assert not later or found.index < later[0]
    if kind in {"deletion", "insertion", "graft"}:
        assert found.kind == kind


def test_an_export_without_leaves_is_verified_and_tampering_with_it_found(
    log: Log, tmp_path: Path
) -> None:
    export = log.export()
    export.leaves = None
    assert verified(export, tmp_path).is_well
    export, _ = edit(random.Random(1), log)
    export.leaves = None
    assert only(verified(export, tmp_path)).kind == Kind.EDIT


def test_leaves_that_are_made_up_deceive_nobody(log: Log, tmp_path: Path) -> None:
    """They name the place; they never decide."""
    export = log.export()
    export.leaves = [bytes(32)] * len(export.lines)
    assert verified(export, tmp_path).is_well


def test_changed_words_are_found_though_the_log_holds_only_their_digest(
    log: Log, tmp_path: Path
) -> None:
    export = log.export()
    place = next(at for at, event in enumerate(log.events) if event.words)
    export.lines[place] = export.lines[place].replace(b'"actor_label":"', b'"actor_label":"not ')
    finding = only(verified(export, tmp_path))
    assert (finding.kind, finding.index) == (Kind.EDIT, place)


def test_an_altered_checkpoint_is_told_by_its_signature(log: Log, tmp_path: Path) -> None:
    export = log.export()
    export.notes[3] = export.notes[3].replace(f"\n{log.sizes[3]}\n", f"\n{log.sizes[3] - 1}\n")
    finding = only(verified(export, tmp_path))
    assert (finding.kind, finding.checkpoint) == (Kind.EDIT, 4)


def test_two_checkpoints_in_each_others_place_are_a_swap(log: Log, tmp_path: Path) -> None:
    export = log.export()
    export.notes[2], export.notes[3] = export.notes[3], export.notes[2]
    assert only(verified(export, tmp_path)).kind == Kind.SWAP


def test_a_checkpoint_of_another_tenant_is_a_graft(log: Log, tmp_path: Path) -> None:
    export = log.export()
    export.notes.insert(3, a_log(random.Random(8)).notes[3])
    assert only(verified(export, tmp_path)).kind == Kind.GRAFT


def test_a_checkpoint_dated_before_the_one_it_follows_is_re_dated(log: Log, tmp_path: Path) -> None:
    log.now -= timedelta(days=1)
    log.record(1)
    log.seal()
    kinds = {finding.kind for finding in verified(log.export(), tmp_path).findings}
    assert kinds == {Kind.REDATING}


def test_two_signed_checkpoints_of_one_number_are_a_fork(log: Log, tmp_path: Path) -> None:
    """Seen without anything from outside."""
    other = Log(log.tenant, log.key, log.rng)
    for size in log.sizes:
        other.record(size - len(other.events))
        other.seal()
    export = log.export()
    export.outside = []
    export.notes.insert(4, other.notes[2])
    assert only(verified(export, tmp_path)).kind == Kind.FORK


def test_a_pack_that_does_not_begin_at_a_checkpoint_is_found(log: Log, tmp_path: Path) -> None:
    export = log.export(begin=3)
    del export.notes[0]
    finding = only(verified(export, tmp_path))
    assert (finding.kind, finding.checkpoint) == (Kind.MISSING_CHECKPOINT, 3)


def test_what_lies_left_of_a_period_cannot_be_made_up(log: Log, tmp_path: Path) -> None:
    export = log.export(begin=3)
    export.left[0] = bytes(32)
    report = verified(export, tmp_path)
    assert report.findings[0].kind == Kind.EDIT
    assert report.findings[0].file == "manifest.json"


def test_a_rotation_is_followed_from_either_key(log: Log, tmp_path: Path) -> None:
    old, new = log.key, a_key(log.origin, random.Random(9))
    log.record(4)
    log.seal(old, new, names=[old, new])
    log.key = new
    log.record(4)
    log.seal()
    assert verified(log.export(), tmp_path, old).is_well
    assert verified(log.export(), tmp_path, new).is_well
    assert only(verified(log.export(), tmp_path, a_key(log.origin, random.Random(3)))).kind == (
        Kind.KEY_SWAP
    )


def test_a_signed_manifest_vouches_for_the_logs_other_keys(log: Log, tmp_path: Path) -> None:
    """So that a certificate under an older key verifies in a pack of a later period."""
    new, old = log.key, a_key(log.origin, random.Random(9))
    export = log.export()
    export.others = {"certificates/ER-1.note": certificate(old, log.tenant)}
    assert only(verified(export, tmp_path, new)).kind == Kind.KEY_SWAP
    export.signers = [new, old]
    assert verified(export, tmp_path, new).certificates == 1
    assert verified(export, tmp_path, old).certificates == 1


def test_a_signature_added_to_an_honest_checkpoint_hands_over_nothing(
    log: Log, tmp_path: Path
) -> None:
    """A line of signature is covered by no other: anybody can add one."""
    old, forger = log.key, a_key(log.origin, random.Random(9))
    log.notes[-1] += forger.line(log.notes[-1].rpartition("\n\n")[0] + "\n")
    log.key = forger
    log.record(4)
    log.seal()
    finding = only(verified(log.export(), tmp_path, old))
    assert (finding.kind, finding.checkpoint) == (Kind.KEY_SWAP, len(log.notes))


def test_a_key_that_no_trusted_key_named_is_not_learnt(log: Log, tmp_path: Path) -> None:
    old, forger = log.key, a_key(log.origin, random.Random(9))
    log.record(1)
    log.seal(forger, names=[old, forger])
    log.key = forger
    assert only(verified(log.export(), tmp_path, old)).kind == Kind.KEY_SWAP


def test_the_other_files_are_held_to_the_signed_manifest(log: Log, tmp_path: Path) -> None:
    export = log.export()
    export.others = {"access.json": b"{}", "policies/1.json": b"{}"}
    export.write(tmp_path / "pack")
    key = keys_in(log.key.text)

    def found() -> list[tuple[str, str | None]]:
        report = verify(tmp_path / "pack", keys=key, outside=[], progress=lambda done, of: None)
        return [(finding.kind, finding.file) for finding in report.findings]

    assert found() == []
    (tmp_path / "pack" / "access.json").write_text('{"alice": "owner"}')
    (tmp_path / "pack" / "policies" / "1.json").unlink()
    (tmp_path / "pack" / "policies" / "2.json").write_text("{}")
    assert found() == [
        ("edit", "access.json"),
        ("deletion", "policies/1.json"),
        ("insertion", "policies/2.json"),
    ]
    manifest = tmp_path / "pack" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"to": null', '"to":  null'))
    assert ("edit", "manifest.json") in found()


def test_an_unsigned_manifest_is_said_to_prove_less(log: Log, tmp_path: Path) -> None:
    log.export().write(tmp_path / "pack")
    (tmp_path / "pack" / "manifest.note").unlink()
    report = verify(
        tmp_path / "pack", keys=keys_in(log.key.text), outside=[], progress=lambda done, of: None
    )
    assert report.is_well
    assert "not signed" in report.notices[0]


def certificate(key: LogKey, tenant: object) -> bytes:
    said = f'{{"reference":"ER-1","tenant":"{tenant}"}}'
    return signed(f"mnemoscope.erasure-certificate/1\n{said}\n", key).encode()


def test_certificates_are_held_to_the_logs_key_and_tenant(log: Log, tmp_path: Path) -> None:
    honest = certificate(log.key, log.tenant)
    name = "certificates/ER-1.note"

    def report_with(note: bytes) -> Report:
        export = log.export()
        export.others = {name: note}
        return verified(export, tmp_path, log.key)

    assert report_with(honest).certificates == 1
    forged = certificate(a_key(log.origin, random.Random(3)), log.tenant)
    for note, kind in (
        (honest.replace(b"ER-1", b"ER-2"), Kind.EDIT),
        (b"nothing", Kind.EDIT),
        (forged, Kind.KEY_SWAP),
        (certificate(log.key, "another"), Kind.GRAFT),
        (log.notes[0].encode(), Kind.GRAFT),
    ):
        finding = only(report_with(note))
        assert (finding.kind, finding.file) == (kind, name)
