"""What a reviewer can decide: a panel for each decision, opened by one key."""

from dataclasses import dataclass

from console.web.forms.review import DecisionForm
from memory.models import MemoryVersion, ReviewItem, ReviewKind
from memory.reviews.decisions import Decision


@dataclass(frozen=True, slots=True)
class Panel:
    """One decision: the key that opens it, and its form; hidden till the text is revealed."""

    decision: Decision
    key: str
    label: str
    icon: str
    tone: str
    effect: str
    form: DecisionForm
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
    (Decision.EXPIRE, "t", "Expire", "clock", "warn", "It ends now. It stays readable as history."),
    (
        Decision.DELETE,
        "d",
        "Delete",
        "trash",
        "danger",
        "Nobody reads or recalls it again. You confirm on the next page.",
    ),
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
    version: MemoryVersion,
    *,
    bound: DecisionForm | None,
    opened: Decision | None,
    masked: bool,
) -> list[Panel]:
    """`bound` is the form that was sent and does not hold; `masked` keeps the text out of forms."""
    seen = bytes(version.content_digest).hex()
    panels = []
    for decision, key, label, icon, tone, effect in PANELS:
        hides = masked and decision is Decision.EDIT
        if bound is not None and bound.decision is decision:
            form, is_open, hides = bound, True, False
        else:
            content = "" if hides else version.content
            form = DecisionForm(decision, initial={"seen": seen, "content": content})
            is_open = decision is opened
        told = EFFECTS.get((review.kind, decision), effect)
        panels.append(Panel(decision, key, label, icon, tone, told, form, is_open, hides))
    return panels
