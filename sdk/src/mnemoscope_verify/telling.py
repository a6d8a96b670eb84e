"""A report for people, and for programs."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import asdict
from typing import Any

from mnemoscope_verify.findings import Report


def for_people(report: Report) -> str:
    lines = [_verdict(report), ""]
    lines += [f"  {label:<12} {value}" for label, value in _facts(report) if value]
    if report.findings:
        lines += ["", "What was done, and where:"]
        lines += [f"  {finding.kind}: {finding.says}" for finding in report.findings]
    if report.more_findings:
        lines.append(f"  … and {report.more_findings:,} more.")
    if report.notices:
        lines += ["", *(f"Note: {notice}" for notice in report.notices)]
    return "\n".join(lines)


def _verdict(report: Report) -> str:
    if report.is_well:
        return "All is well: the log is as it was sealed."
    kinds = sorted({str(finding.kind) for finding in report.findings})
    return f"TAMPERED: {', '.join(kinds)}."


def _facts(report: Report) -> list[tuple[str, str]]:
    lowest, highest = report.checkpoint_range
    begins, ends = report.period
    return [
        ("log", report.origin),
        ("period", f"{begins or 'the beginning'} to {ends}"),
        ("events", _events(report)),
        ("not in it", _pruned(report)),
        ("log size", f"{report.size:,}"),
        ("root", b64encode(report.root).decode()),
        ("checkpoints", f"{report.checkpoints:,} (numbers {lowest:,} to {highest:,})"),
        ("seen outside", _outside(report)),
        ("certificates", f"{report.certificates:,}, each signed by the log's key"
         if report.certificates else ""),
    ]  # fmt: skip


def _events(report: Report) -> str:
    if not report.events:
        return "none"
    words = f"; the words of {report.forgotten:,} are forgotten" if report.forgotten else ""
    return (
        f"{report.events:,}, index {report.first:,} to {report.first + report.events - 1:,},"
        f" {report.oldest} to {report.newest}{words}"
    )


def _pruned(report: Report) -> str:
    if not report.pruned_at:
        return ""
    says = "the server alone; the event that would say so is not in the pack"
    if report.pruned_told_at is not None:
        says = f"event {report.pruned_told_at:,} of the log"
    return (
        f"{report.first:,} earlier events, removed by retention by {report.pruned_at};"
        f" so says {says}"
    )


def _outside(report: Report) -> str:
    if not report.outside:
        return "no checkpoint was given: a history rewritten with the log's own key would pass"
    return (
        f"{report.seen_outside:,} of the pack's checkpoints, up to"
        f" {report.highest_seen_outside:,}; {report.outside:,} given"
    )


def for_programs(report: Report) -> dict[str, Any]:
    return {
        "verdict": "ok" if report.is_well else "tampered",
        "origin": report.origin,
        "from": report.period[0] or None,
        "to": report.period[1],
        "first": report.first,
        "pruned": {"at": report.pruned_at, "told_by": report.pruned_told_at}
        if report.pruned_at
        else None,
        "size": report.size,
        "root": b64encode(report.root).decode(),
        "events": report.events,
        "oldest": report.oldest or None,
        "newest": report.newest or None,
        "forgotten": report.forgotten,
        "checkpoints": {
            "count": report.checkpoints,
            "first": report.checkpoint_range[0],
            "last": report.checkpoint_range[1],
        },
        "outside": {
            "given": report.outside,
            "seen": report.seen_outside,
            "highest": report.highest_seen_outside or None,
        },
        "certificates": report.certificates,
        "findings": [
            {name: value for name, value in asdict(finding).items() if value is not None}
            for finding in report.findings
        ],
        "more_findings": report.more_findings,
        "notices": report.notices,
    }
