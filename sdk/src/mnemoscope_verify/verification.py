"""Verifying a pack: first what decides, then, if something was touched, what names it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from mnemoscope_verify.checkpoints import MARK_BYTES, Chain
from mnemoscope_verify.errors import UnreadableError
from mnemoscope_verify.events import END_OF_TIME, Progress, Walked, walk
from mnemoscope_verify.files import check_files, learn_keys
from mnemoscope_verify.findings import Kind, Report
from mnemoscope_verify.manifest import Manifest, read_manifest
from mnemoscope_verify.naming import name_tampering
from mnemoscope_verify.notes import Key
from mnemoscope_verify.outside import gather
from mnemoscope_verify.pack import opened, shown
from mnemoscope_verify.runs import SortedRecords
from mnemoscope_verify.trust import KeyRing

# A checkpoint stands in the database a moment after the time it says.
COMMITTED_WITHIN = timedelta(minutes=1)


def verify(path: Path, *, keys: list[Key], outside: list[Path], progress: Progress) -> Report:
    """Raises UnreadableError if nothing can be told."""
    with opened(path) as pack, SortedRecords(MARK_BYTES) as marks:
        manifest = read_manifest(pack)
        if all(key.name != manifest.origin for key in keys):
            raise UnreadableError(
                f"The pack is of {shown(manifest.origin)}, the key is of {shown(keys[0].name)}:"
                " name the key of the log that you want to verify."
            )
        report = Report(
            origin=manifest.origin, period=(manifest.begins, manifest.ends), first=manifest.first
        )
        ring = KeyRing(keys)
        learn_keys(pack, manifest, ring)
        chain = Chain(pack, manifest, ring, report)
        chain.read(marks)
        gather(outside, origin=manifest.origin, ring=ring, report=report, marks=marks)
        report.size = max(manifest.size, chain.newest.size if chain.newest else 0)
        walked = walk(pack, manifest, marks, progress)
        _tell_counts(manifest, walked, report)
        if walked.first_bad or walked.tree.size != report.size:
            told = name_tampering(pack, manifest, marks, walked, report)
        else:
            told = _judge_events(walked, report)
            _judge_outside(manifest, walked, report)
        for index, line in walked.wrong_words:
            if index not in told:
                says = f"The words of event {index:,} are not those that were logged."
                report.found(Kind.EDIT, says, index=index, event=line.id)
        check_files(pack, manifest, ring, report)
    for key in ring.learnt:
        report.notices.append(f"A key that you named vouches for another of this log's: {key.text}")
    return report


def _tell_counts(manifest: Manifest, walked: Walked, report: Report) -> None:
    report.events = walked.tree.size - manifest.first
    report.root = walked.tree.root()
    report.forgotten = walked.forgotten
    report.pruned_at, report.pruned_told_at = manifest.pruned_at, walked.pruned_told_at
    report.oldest = "" if walked.oldest == END_OF_TIME else walked.oldest
    report.newest = walked.newest
    report.seen_outside = walked.seen_outside
    report.highest_seen_outside = walked.highest_seen_outside


def _judge_events(walked: Walked, report: Report) -> set[int]:
    """What the log itself seals, and is still wrong."""
    for index, line in walked.foreign:
        says = f"An event of the tenant {shown(line.tenant)} was sealed into this log at {index:,}."
        report.found(Kind.GRAFT, says, index=index, event=line.id)
    for again, before in walked.twice:
        says = f"Event {before:,} was sealed a second time at {again:,}."
        report.found(Kind.REPLAY, says, index=again)
    for index, line in walked.late:
        says = f"Event {index:,} says {shown(line.at)}, after the checkpoint that covers it."
        report.found(Kind.REDATING, says, index=index, event=line.id)
    return {index for index, _ in walked.foreign + walked.late} | {one for one, _ in walked.twice}


def _judge_outside(manifest: Manifest, walked: Walked, report: Report) -> None:
    """The pack is whole in itself: is it the history that others were shown?"""
    bad, good = walked.outside_bad, walked.outside_good
    if bad is None:
        _judge_beyond(manifest, walked, report)
        return
    shown_was = (
        f"checkpoint {bad.number:,} of {bad.size:,} events, signed as well, has another root"
    )
    if good is not None or walked.outside_good_again:
        same = good.size if good is not None else manifest.first
        says = f"The first {same:,} events are as they were shown outside; then {shown_was}."
        report.found(Kind.FORK, says, index=same, checkpoint=bad.number)
    else:
        says = f"This is not the history that was shown outside: {shown_was}, and none before fits."
        report.found(Kind.FULL_REWRITE, says, index=manifest.first, checkpoint=bad.number)


def _judge_beyond(manifest: Manifest, walked: Walked, report: Report) -> None:
    lowest, highest = report.checkpoint_range
    told = {finding.checkpoint for finding in report.findings}
    for mark in walked.outside_unknown:
        if lowest <= mark.number <= highest and mark.number not in told:
            says = f"Checkpoint {mark.number:,} was seen outside, and the pack has another or none."
            report.found(Kind.MISSING_CHECKPOINT, says, checkpoint=mark.number)
    beyond = walked.outside_beyond
    within = [mark for mark in beyond if _is_within(mark.made_at, manifest.ends)]
    conflicting = [mark for mark in beyond if mark.number <= highest]
    if conflicting:
        mark = conflicting[0]
        report.found(
            Kind.FORK,
            f"Checkpoint {mark.number:,} was shown outside with {mark.size:,} events, more than"
            " this whole pack covers.",
            checkpoint=mark.number,
        )
    elif within:
        mark = within[-1]
        report.found(
            Kind.CUT_TAIL,
            f"The pack speaks for the time until {manifest.ends} and ends after {report.size:,}"
            f" events; by {mark.made_at} there were {mark.size:,} (checkpoint {mark.number:,}).",
            index=report.size,
            checkpoint=mark.number,
        )
    elif beyond:
        report.notices.append(
            f"The checkpoints given go on after this pack's period, to {beyond[-1].size:,} events"
            f" ({beyond[-1].made_at})."
        )


def _is_within(made_at: str, ends: str) -> bool:
    made, end = datetime.fromisoformat(made_at), datetime.fromisoformat(ends)
    return made <= end - COMMITTED_WITHIN
