from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import QueryDict

from memory.models import ReviewItem
from memory.reviews.batch import MOST_AT_ONCE
from memory.reviews.decisions import IN_BULK, OUTCOME_OF, Decision
from memory.reviews.reasons import offered
from memory.reviews.skipping import SkipReason

Choices = list[tuple[str, str]]


class DecisionForm(forms.Form):
    """One decision's reasons and note. `seen` is the digest of the text that was looked at.

    `targets` are the memories that a merge may fold it into, by id, or the versions that a
    restoration may repeat, by number.
    """

    reason = forms.ChoiceField(label="Reason", widget=forms.RadioSelect)
    comment = forms.CharField(
        label="Note",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 1}),
    )
    seen = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)

    def __init__(
        self,
        decision: Decision,
        data: QueryDict | None = None,
        initial: dict[str, Any] | None = None,
        targets: Choices | None = None,
    ) -> None:
        super().__init__(data, initial=initial, auto_id=f"{decision}_%s")
        self.decision = decision
        reasons = offered(decision)
        self.fields["reason"].choices = reasons  # type: ignore[attr-defined]
        self.fields["reason"].initial = reasons[0][0]
        if decision is Decision.EDIT:
            self.fields["content"] = text_field("Corrected text", required=True)
            self.order_fields(["content", "reason", "comment"])
        if decision is Decision.MERGE:
            self._ask_into(targets or [])
        if decision is Decision.RESTORE:
            self._ask_number(targets or [])

    def _ask_into(self, targets: Choices) -> None:
        self.fields["into"] = forms.ChoiceField(
            label="Into", widget=forms.RadioSelect, choices=targets
        )
        if targets:
            self.fields["into"].initial = targets[0][0]
        self.fields["content"] = text_field("What that says from then on", required=False)
        self.order_fields(["into", "content", "reason", "comment"])

    def _ask_number(self, earlier: Choices) -> None:
        self.fields["number"] = forms.ChoiceField(
            label="Say again", widget=forms.RadioSelect, choices=earlier
        )
        if earlier:
            self.fields["number"].initial = earlier[0][0]
        self.order_fields(["number", "reason", "comment"])

    @property
    def asked(self) -> dict[str, Any]:
        """As `decide_review` takes it."""
        said = self.cleaned_data
        asked: dict[str, Any] = {
            "decision": self.decision,
            "reason": said["reason"],
            "comment": said["comment"],
            "seen_digest": bytes.fromhex(said["seen"]),
        }
        if self.decision is Decision.EDIT:
            asked["content"] = said["content"]
        if self.decision is Decision.MERGE:
            asked["into"] = UUID(said["into"])
            asked["content"] = said["content"] or None
        if self.decision is Decision.RESTORE:
            asked["number"] = int(said["number"])
        return asked


def text_field(label: str, *, required: bool) -> forms.CharField:
    attributes = {"rows": 4, "data-first": True} if required else {"rows": 2}
    return forms.CharField(
        label=label,
        required=required,
        max_length=settings.MEMORY_MAX_CONTENT_CHARACTERS,
        strip=False,
        widget=forms.Textarea(attrs=attributes),
    )


class SkipForm(forms.Form):
    """Why somebody else should decide."""

    reason = forms.ChoiceField(
        label="Why", choices=SkipReason.choices, widget=forms.RadioSelect, initial=SkipReason.LATER
    )
    comment = forms.CharField(
        label="Note", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 1})
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="skip_%s")


class EscalateForm(forms.Form):
    """Why it cannot wait, and whether one person's word is not enough."""

    comment = forms.CharField(
        label="Why it cannot wait",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "data-first": True}),
    )
    two_people = forms.BooleanField(label="Two people must agree on it", required=False)

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="escalate_%s")


class TogetherForm(forms.Form):
    """One decision upon several items. What was seen of each is sent beside it."""

    decision = forms.ChoiceField(
        label="Decision",
        choices=[(one.value, one.capitalize()) for one in Decision if one in IN_BULK],
    )
    reason = forms.ChoiceField(label="Reason", required=False)
    comment = forms.CharField(
        label="Note", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 1})
    )

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data, auto_id="together_%s")
        sent = data.get("decision", "")
        self.chosen = Decision(sent) if sent in IN_BULK else Decision.APPROVE
        reasons = offered(self.chosen)
        self.fields["reason"].choices = reasons  # type: ignore[attr-defined]
        self.likeliest = reasons[0][0]
        self.outcome = OUTCOME_OF[self.chosen]

    def clean_reason(self) -> str:
        reason: str = self.cleaned_data["reason"]
        return reason or self.likeliest


def chosen_ids(data: QueryDict) -> list[UUID]:
    """Those ticked, each once; what is no id is nobody's."""
    found: dict[UUID, None] = {}
    for sent in data.getlist("review")[: MOST_AT_ONCE + 1]:
        try:
            found[UUID(sent)] = None
        except ValueError:
            continue
    return list(found)


def seen_of(reviews: list[ReviewItem], data: QueryDict) -> dict[UUID, bytes]:
    """The digests of what was on the screen; one that is none matches nothing."""
    seen = {}
    for review in reviews:
        sent = data.get(f"seen_{review.id}", "")
        try:
            seen[review.id] = bytes.fromhex(sent)
        except ValueError:
            seen[review.id] = b""
    return seen
