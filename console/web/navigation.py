"""The places of the console, once: the rail, the settings page, the palette and help read them."""

from dataclasses import dataclass
from enum import StrEnum

from django.urls import reverse
from django.utils.text import slugify

from console.accounts.actor import Actor
from console.accounts.permissions import Permission


class Group(StrEnum):
    """How the rail is divided. Settings are one link there, and a page of their own."""

    WATCH = "Watch"
    GOVERN = "Govern"
    SETTINGS = "Settings"


@dataclass(frozen=True, slots=True)
class Place:
    """`name` is the URL's. `purpose` is what one does there, in a line. `also`: other words."""

    name: str
    label: str
    icon: str
    group: Group
    purpose: str
    permission: Permission | None = None
    also: str = ""

    @property
    def href(self) -> str:
        return reverse(self.name)

    @property
    def slug(self) -> str:
        """Names its help: `templates/help/<slug>.html`."""
        return slugify(self.label)

    def holds(self, path: str) -> bool:
        """Whether a page of this address belongs here."""
        return path == self.href or (self.href != "/" and path.startswith(self.href))


_P = Permission
PLACES = (
    Place("overview", "Overview", "overview", Group.WATCH, "The state of memory at a glance."),
    Place(
        "review-list",
        "Review",
        "review",
        Group.WATCH,
        "Decide what waits for a person.",
        _P.REVIEW_READ,
        "queue approve reject held pending",
    ),
    Place(
        "memory-list",
        "Memories",
        "memory",
        Group.WATCH,
        "Find, read and change what agents remember.",
        also="search facts",
    ),
    Place(
        "run-list",
        "Runs",
        "run",
        Group.WATCH,
        "Follow what agents did, step by step.",
        _P.TRACES_READ,
        "traces timeline spans",
    ),
    Place(
        "agent-list",
        "Agents",
        "agent",
        Group.WATCH,
        "Who remembers, who answers for them, and the stop button.",
        _P.AGENT_READ,
        "bots owner trust freeze thaw stop register",
    ),
    Place(
        "subject-list",
        "Subjects",
        "person",
        Group.WATCH,
        "The people memories are about: what is held, on what basis, and its export.",
        _P.SUBJECT_READ,
        "person customer gdpr consent access export data",
    ),
    Place(
        "review-quality",
        "Review quality",
        "scales",
        Group.GOVERN,
        "How well policies and people decide.",
        _P.REVIEW_READ,
        "kappa agreement gold sample double blind reviewers pace",
    ),
    Place(
        "policy-list",
        "Policies",
        "policy",
        Group.GOVERN,
        "Say which writes wait, and for how long memories live.",
        _P.POLICY_READ,
        "rules ttl dry run",
    ),
    Place(
        "hold-list",
        "Legal holds",
        "hold",
        Group.GOVERN,
        "Keep what nothing may remove.",
        _P.AUDIT_READ,
        "litigation freeze",
    ),
    Place(
        "request-list",
        "Requests",
        "erase",
        Group.GOVERN,
        "What people ask about what is held about them, and by when.",
        _P.SUBJECT_READ,
        "gdpr ccpa erasure forget delete access rectification restriction right deadline",
    ),
    Place(
        "snapshot-list",
        "Snapshots",
        "copy",
        Group.GOVERN,
        "Debug on a copy, never on live memory.",
        _P.SNAPSHOT_READ,
    ),
    Place(
        "audit-list",
        "Audit",
        "audit",
        Group.GOVERN,
        "Who did what, when and why.",
        _P.AUDIT_READ,
        "log events trail history",
    ),
    Place(
        "isolation-list",
        "Isolation",
        "wall",
        Group.GOVERN,
        "See that nothing is seen across tenants.",
        _P.AUDIT_READ,
        "probe canary leak tenants wall",
    ),
    Place(
        "member-list",
        "Members",
        "people",
        Group.SETTINGS,
        "Who may see and decide here: invite, change roles, remove.",
        _P.MEMBERS_READ,
        "people users roles invite access",
    ),
    Place(
        "access-review-list",
        "Access reviews",
        "check",
        Group.SETTINGS,
        "Attest or revoke what was granted to people, keys and webhooks.",
        _P.MEMBERS_READ,
        "attest recertification grants entitlements evidence",
    ),
    Place(
        "key-list",
        "Keys",
        "key",
        Group.SETTINGS,
        "Keys to the API, and keys that agents sign with.",
        _P.KEYS_OWN,
        "api tokens signing",
    ),
    Place(
        "webhook-list",
        "Webhooks",
        "send",
        Group.SETTINGS,
        "Send reviewers' decisions to an address of yours.",
        _P.SETTINGS_READ,
        "endpoints deliveries events notify callback",
    ),
    Place(
        "stream-list",
        "Audit streams",
        "out",
        Group.SETTINGS,
        "Send the audit log to a SIEM, and its checkpoints to whoever keeps them.",
        _P.AUDIT_READ,
        "siem syslog splunk elastic anchors checkpoints timestamp export",
    ),
    Place(
        "recall-setting",
        "Recall",
        "sliders",
        Group.SETTINGS,
        "How memories are ranked when an agent asks.",
        _P.SETTINGS_READ,
        "ranking weights search",
    ),
    Place(
        "queue-list",
        "Queues",
        "review",
        Group.SETTINGS,
        "How soon what waits is decided, and who is told when it is late.",
        _P.SETTINGS_READ,
        "sla deadline digest overdue",
    ),
    Place(
        "lifecycle-setting",
        "Lifecycle",
        "clock",
        Group.SETTINGS,
        "How memories are kept, moved and let go.",
        _P.SETTINGS_READ,
        "expiry renewal eviction tiers",
    ),
    Place(
        "desk-setting",
        "Desk",
        "erase",
        Group.SETTINGS,
        "The public form, the clock and the cooling-off of people's requests.",
        _P.SETTINGS_READ,
        "gdpr ccpa privacy form requests deadline cool off law",
    ),
    Place(
        "retention",
        "Retention",
        "erase",
        Group.SETTINGS,
        "How long everything is kept, looked at before it is removed, and told after.",
        _P.SETTINGS_READ,
        "delete days limit storage limitation report simulate keep",
    ),
    Place(
        "trace-setting",
        "Traces",
        "step",
        Group.SETTINGS,
        "What spans mean, what is taken out of them, and what tokens cost.",
        _P.SETTINGS_READ,
        "mapping attributes redaction secrets prices cost spans replay",
    ),
)


SETTINGS = Place(
    "settings", "Settings", "sliders", Group.SETTINGS, "Everything that can be set, on one page."
)


def places_for(actor: Actor) -> list[Place]:
    """Those that open for this actor, in the rail's order."""
    return [place for place in PLACES if place.permission is None or actor.may(place.permission)]


def place_of(path: str) -> Place | None:
    """Where a page of this address belongs: the nearest place above it."""
    around = [place for place in (*PLACES, SETTINGS) if place.holds(path)]
    return max(around, key=lambda place: len(place.href), default=None)
