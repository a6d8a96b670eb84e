"""Whether every change has its event, as its pages show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from audit.completeness.comparing import Missing
from audit.models import Reconciliation

PAGES = {
    "memory": "memory-detail",
    "review": "review-detail",
    "agent": "agent-detail",
    "webhook": "webhook-detail",
}
MEANINGS = {
    Missing.EVENT: "Changed, and no event tells of it",
    Missing.CHANGE: "Told, and nothing was changed",
    Missing.ONCE: "Told more than once",
}
OPERATIONS = {"I": "added", "U": "changed", "D": "deleted"}


@dataclass(frozen=True, slots=True)
class FoundRow:
    """One finding. `href` leads to the event, else to what was changed, where that has a page."""

    meaning: str
    what: str
    about: str
    href: str
    at: datetime
    xid: int


@dataclass(frozen=True, slots=True)
class ReconciliationScreen:
    run: Reconciliation
    rows: list[FoundRow]

    @property
    def left_out(self) -> int:
        return self.run.orphans - len(self.rows)


def reconciliation_screen(run: Reconciliation) -> ReconciliationScreen:
    return ReconciliationScreen(run, [_row(finding) for finding in run.findings])


def _row(finding: Mapping[str, Any]) -> FoundRow:
    missing = Missing(finding["missing"])
    if missing is Missing.EVENT:
        what = f"{finding['table']} {OPERATIONS[finding['operation']]}"
        page = PAGES.get(finding["object_kind"])
        known = page and finding["object_id"] and finding["operation"] != "D"
        href = reverse(page, args=[finding["object_id"]]) if known else ""
    else:
        what, href = finding["kind"], reverse("audit-event", args=[finding["event"]])
    return FoundRow(
        meaning=MEANINGS[missing],
        what=what,
        about=f"{finding['object_kind']} {finding['object_id'] or ''}".strip(),
        href=href,
        at=datetime.fromisoformat(finding["at"]),
        xid=finding["xid"],
    )
