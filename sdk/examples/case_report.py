"""What became of the case, for a person or for a program."""

from __future__ import annotations

import json
import textwrap
from dataclasses import asdict

from case_player import Outcome
from story_time import CountingExporter


def as_json(outcome: Outcome, spans: CountingExporter) -> str:
    body = {**asdict(outcome), "spans": {"sent": spans.sent, "lost": spans.lost}}
    return json.dumps(body, ensure_ascii=False, indent=2)


def as_text(outcome: Outcome, spans: CountingExporter, url: str) -> str:
    lines = [
        f"Case {outcome.conversation}",
        f"{len(outcome.traces)} sessions, {spans.sent} spans sent.",
        "",
    ]
    for write in outcome.writes:
        lines.append(f"  {write.state:<12} {write.label:<25} {write.id or '-'}")
        lines.append(f"  {'':<12} {textwrap.shorten(write.content, 84)}")
        lines += [f"  {'':<12} because {item.code}: {item.detail}" for item in write.reasons]
    lines.append("")
    for recall in outcome.recalls:
        lines.append(f"  recalled {len(recall.contents)} for: {recall.query}")
    lines += [
        "",
        f"What waits for a person:  {url}/review/",
        f"The timeline of the case: {url}/runs/",
        f"What is remembered now:   {url}/memories/",
    ]
    return "\n".join(lines)
