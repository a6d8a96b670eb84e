"""A tenant's posture at a glance: what needs somebody, figures, and how they came about."""

from dataclasses import dataclass, field

from audit.models import Run
from audit.timelines.runs import RunFilter, find_runs
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.platform.first_rows import first_rows
from console.web.charts import Columns, Meter, Rows
from console.web.screens.posture.access import access_tile
from console.web.screens.posture.agents import agent_posture
from console.web.screens.posture.evidence import evidence_tiles
from console.web.screens.posture.isolation import isolation_tile
from console.web.screens.posture.keys import key_tile
from console.web.screens.posture.memories import memory_posture
from console.web.screens.posture.requests import request_tile
from console.web.screens.posture.reviews import review_posture
from console.web.screens.posture.runs import run_tile
from console.web.screens.posture.tile import Headline, Tile, headline
from console.web.screens.posture.writes import coverage_posture, stopped_posture
from console.web.screens.review_queue import QueueRow, queue_rows
from memory.access import visible_reviews
from memory.models import ReviewStatus
from memory.reviews.order import ranked

MOST_ROWS = 5


@dataclass(slots=True)
class OverviewScreen:
    """What the actor may not see is None or empty, and has no place on the page."""

    tiles: list[Tile] = field(default_factory=list)
    by_state: Rows | None = None
    by_kind: Rows | None = None
    by_due: Rows | None = None
    by_health: Rows | None = None
    stopped: Columns | None = None
    coverage: list[Meter] = field(default_factory=list)
    queue: list[QueueRow] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)

    @property
    def headline(self) -> Headline:
        return headline(self.tiles)


def overview_screen(actor: Actor) -> OverviewScreen:
    screen = OverviewScreen()
    if actor.may(Permission.REVIEW_READ):
        _add_reviews(screen, actor)
    memories = memory_posture(actor)
    screen.tiles += memories.tiles
    screen.by_state, screen.by_kind = memories.by_state, memories.by_kind
    if actor.may(Permission.AUDIT_READ):
        _add_evidence(screen)
    if actor.may(Permission.AGENT_READ):
        agents = agent_posture(actor)
        screen.tiles += agents.tiles
        screen.by_health = agents.by_health
    if actor.may(Permission.SUBJECT_READ):
        screen.tiles.append(request_tile(actor))
    if actor.may(Permission.KEYS_OWN):
        screen.tiles.append(key_tile(actor))
    if actor.may(Permission.MEMBERS_READ):
        screen.tiles.append(access_tile())
    if actor.may(Permission.TRACES_READ):
        screen.tiles.append(run_tile())
        screen.runs = list(find_runs(RunFilter())[:MOST_ROWS])
    return screen


def _add_reviews(screen: OverviewScreen, actor: Actor) -> None:
    reviews = review_posture(actor)
    screen.tiles += reviews.tiles
    screen.by_due = reviews.by_due
    waiting = visible_reviews(actor).filter(status=ReviewStatus.OPEN)
    screen.queue = queue_rows(list(first_rows(ranked(waiting, now()), MOST_ROWS)))


def _add_evidence(screen: OverviewScreen) -> None:
    stopped, coverage = stopped_posture(), coverage_posture()
    screen.tiles += [*stopped.tiles, *evidence_tiles(), isolation_tile()]
    screen.stopped = stopped.by_day
    screen.coverage = [coverage.signed, coverage.reviewed]
