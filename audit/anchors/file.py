"""Delivering checkpoints to the file that stands beside the database.

The file says by itself how far it has come: its last note must be one that the log has, byte for
byte. A log that has another in its place has been rewritten, or restored from an older backup;
that is a fork, told once, and nothing is added until an operator has put the file aside.
"""

from typing import Any
from uuid import UUID

import structlog
from django.db.models import Max

from audit.actions.report_anchors import report_cut_file, report_fork
from audit.anchors.notes_file import (
    UnreadableFileError,
    append_notes,
    last_note,
    locked_file,
    number_of,
)
from audit.models import Anchor, Checkpoint
from audit.models.stream import THE_FILE, StreamState
from console.accounts.actor import system_actor
from console.platform.clock import now
from console.tenancy.scope import current_tenant_id, tenant_scope

SINK = "file"
AT_ONCE = 1000
FORKED = "forked"

log = structlog.get_logger(__name__)


class ForkedError(Exception):
    """The file holds a checkpoint that the log does not have."""

    def __init__(self, number: int) -> None:
        super().__init__(f"Checkpoint {number} of the file is not the log's.")
        self.number = number


def deliver_to_file(tenant_id: UUID) -> int:
    """How many checkpoints it took. What goes wrong is noted, and tried again the next time."""
    try:
        with locked_file(tenant_id) as file:
            said = last_note(file)
            with tenant_scope(tenant_id):
                last = _number_in_log(said)
                new = list(_after(last))
            append_notes(file, [text for _, text in new])
            with tenant_scope(tenant_id):
                _record(last, [number for number, _ in new])
    except BlockingIOError:
        return 0  # another process is at it
    except ForkedError as error:
        _fail(tenant_id, FORKED, number=error.number)
        return 0
    except UnreadableFileError:
        _fail(tenant_id, "unreadable")
        return 0
    except OSError as error:
        log.warning("anchors.file_failed", tenant_id=str(tenant_id), errno=error.errno)
        _fail(tenant_id, "not_written")
        return 0
    return len(new)


def _number_in_log(said: str | None) -> int:
    """Raises ForkedError where the log does not have what the file says."""
    if said is None:
        return 0
    number = number_of(said)
    if Checkpoint.objects.filter(number=number).values_list("note", flat=True).first() != said:
        raise ForkedError(number)
    return number


def _after(last: int) -> list[tuple[int, str]]:
    later = Checkpoint.objects.filter(number__gt=last).order_by("number")
    return list(later.values_list("number", "note")[:AT_ONCE])


def _record(last: int, new: list[int]) -> None:
    told = Anchor.objects.filter(stream_id=THE_FILE).aggregate(newest=Max("checkpoint"))
    anchored = told["newest"] or 0
    if last < anchored:
        actor = system_actor(current_tenant_id(), "anchors")
        report_cut_file(actor=actor, kept=last, had=anchored)
    newest = max([last, *new])
    state = StreamState.objects.filter(id=THE_FILE).first()
    if not new and state is not None and not state.last_error and state.next == newest + 1:
        return
    # Those of a crash between the file and this table, too.
    Anchor.objects.bulk_create(
        [
            Anchor(checkpoint=number, stream_id=THE_FILE, sink=SINK)
            for number in range(anchored + 1, newest + 1)
        ],
        ignore_conflicts=True,
    )
    fine: dict[str, Any] = {"attempts": 0, "failing_since": None, "last_error": ""}
    fine |= {"next": newest + 1} | ({"last_sent_at": now()} if new else {})
    StreamState.objects.update_or_create(id=THE_FILE, defaults=fine)


def _fail(tenant_id: UUID, code: str, *, number: int | None = None) -> None:
    with tenant_scope(tenant_id):
        StreamState.objects.get_or_create(id=THE_FILE)
        state = StreamState.objects.select_for_update().get(id=THE_FILE)
        if code == FORKED and state.last_error != FORKED:
            log.error("log.forked", tenant_id=str(tenant_id), checkpoint=number)
            report_fork(actor=system_actor(tenant_id, "anchors"), checkpoint=number)
        state.attempts += 1
        state.failing_since = state.failing_since or now()
        state.last_error = code
        state.save(update_fields=["attempts", "failing_since", "last_error"])
