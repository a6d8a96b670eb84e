"""What a reviewer can decide: a panel for each decision, opened by one key."""

from dataclasses import dataclass
from functools import cache

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from console.web.forms.review import Choices, DecisionForm
from console.web.masking import Mask
from memory.models import Memory, MemoryVersion, ReviewItem, ReviewKind, State
from memory.reviews.decisions import Decision

UNDOABLE = "You can take it back for ten minutes."


@dataclass(frozen=True, slots=True)
class Panel:
    """One decision: the key that opens it, and its form; hidden till the text is revealed.

    `asks` are its reasons and note, drawn already; `form` is None where it asks nothing else.
    """

    decision: Decision
    key: str
    label: str
    icon: str
    tone: str
    effect: str
    seen: str
    asks: SafeString
    form: DecisionForm | None
    is_open: bool
    is_hidden: bool


# decision, key, label, icon, tone, what it does
PANELS = (
    (Decision.APPROVE, "a", "Approve", "check", "ok", "Agents can recall it from now on."),
    (
        Decision.EDIT,
        "e",
        "Edit",
        "edit",
        "accent",
        "Your text becomes a new version and takes effect; the agent's own text stays on record.",
    ),
    (
        Decision.REJECT,
        "x",
        "Reject",
        "reject",
        "danger",
        "It never takes effect. It stays on record.",
    ),
    (
        Decision.QUARANTINE,
        "q",
        "Quarantine",
        "quarantine",
        "hold",
        "Nobody recalls it while somebody looks into it. It stays in this queue.",
    ),
    (
        Decision.MERGE,
        "m",
        "Merge",
        "merge",
        "info",
        "It ends in favour of the one you choose, which stays as it is unless you write more.",
    ),
    (
        Decision.RESTORE,
        "v",
        "Restore",
        "restore",
        "accent",
        "What was in force before is said again, as a new version; the proposal stays on record.",
    ),
    (Decision.EXPIRE, "t", "Expire", "clock", "warn", "It ends now. It stays readable as history."),
    (Decision.DELETE, "d", "Delete", "trash", "danger", "Nobody reads or recalls it again."),
)

# What is in force already is asked about in other words.
FALLS = "It falls: nobody recalls it any more. It stays on record."
EFFECTS: dict[tuple[str, Decision], str] = {
    (ReviewKind.DOUBT, Decision.APPROVE): "It stands: it stays in force as it is.",
    (ReviewKind.DOUBT, Decision.REJECT): FALLS,
    (ReviewKind.HARMFUL, Decision.APPROVE): "No harm in it: it stays in force as it is.",
    (ReviewKind.HARMFUL, Decision.REJECT): FALLS,
    (ReviewKind.UNUSED, Decision.APPROVE): "Worth keeping: it stays in force as it is.",
    (ReviewKind.UNUSED, Decision.REJECT): FALLS,
    (ReviewKind.SAMPLE, Decision.APPROVE): "The policy was right: it stays in force as it is.",
    (ReviewKind.SAMPLE, Decision.REJECT): FALLS,
    (ReviewKind.SCREENED_ANEW, Decision.APPROVE): "No harm in it: agents can recall it.",
    (ReviewKind.SCREENED_ANEW, Decision.REJECT): FALLS,
    (ReviewKind.RENEWAL, Decision.APPROVE): "It lives as long again as its kind is granted.",
    (ReviewKind.RENEWAL, Decision.EDIT): "Your text becomes a new version, and lives anew.",
    (ReviewKind.RENEWAL, Decision.REJECT): "It is let go: it ends when it was to end.",
}


def panels_of(
    review: ReviewItem,
    memory: Memory,
    version: MemoryVersion,
    *,
    targets: dict[Decision, Choices],
    mask: Mask,
    bound: DecisionForm | None,
    opened: Decision | None,
) -> list[Panel]:
    """`bound` is the form that was sent and does not hold; `targets` as `compared` found them."""
    seen = bytes(version.content_digest).hex()
    panels = []
    for decision, key, label, icon, tone, effect in PANELS:
        if not _is_offered(decision, review, memory, targets):
            continue
        hides = mask.hides and decision is Decision.EDIT
        form: DecisionForm | None
        if bound is not None and bound.decision is decision:
            form, asks, is_open, hides = bound, _drawn(bound), True, False
        else:
            says = version.content if decision is Decision.EDIT and not hides else ""
            form = None
            if decision is Decision.EDIT or decision in targets:
                initial, choices = {"content": says}, targets.get(decision)
                form = DecisionForm(decision, initial=initial, targets=choices)
            asks, is_open = _drawn_blank(decision), decision is opened
        told = EFFECTS.get((review.kind, decision), effect)
        panels.append(
            Panel(decision, key, label, icon, tone, told, seen, asks, form, is_open, hides)
        )
    return panels


@cache
def _drawn_blank(decision: Decision) -> SafeString:
    """Of a form that nobody has sent: the same for every item, and slow to draw."""
    return _drawn(DecisionForm(decision))


def _drawn(form: DecisionForm) -> SafeString:
    return render_to_string("review/reasons.html", {"form": form})


def _is_offered(
    decision: Decision, review: ReviewItem, memory: Memory, targets: dict[Decision, Choices]
) -> bool:
    if decision is Decision.RESTORE:
        return bool(targets[decision])
    if decision is Decision.MERGE:
        return bool(targets[decision]) and review.approvals_needed == 1
    if decision is Decision.QUARANTINE:
        return State.QUARANTINED not in {memory.state, review.kind}
    return True
