from datetime import timedelta

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import QueryDict

from console.platform.clock import now
from console.web.forms.filters import ANY, FilterForm, agent_choices, choice, text
from memory.actions.decide import Decision
from memory.models import Kind, Memory, State, Tier
from memory.retrieval.asking import holding_words
from memory.reviews.reasons import offered

EXPIRY = [ANY, ("week", "Within 7 days"), ("month", "Within 30 days"), ("never", "Never")]
WITHIN = {"week": timedelta(days=7), "month": timedelta(days=30)}


class MemoryFilter(FilterForm):
    q = text("Words", placeholder="Words in active memories", search=True)
    state = choice("State", [ANY, *State.choices])
    kind = choice("Kind", [ANY, *Kind.choices])
    tier = choice("Tier", [ANY, *Tier.choices])
    agent = choice("Agent", agent_choices)
    subject = text("Subject")
    expiry = choice("Expires", EXPIRY)

    def apply(self, memories: QuerySet[Memory]) -> QuerySet[Memory]:
        chosen = self.chosen
        exact = {name: chosen[name] for name in ("kind", "tier") if name in chosen}
        memories = memories.filter(**exact)
        if "q" in chosen:
            memories = memories.filter(id__in=holding_words(chosen["q"]).values("id"))
        if "state" in chosen:
            memories = in_state(memories, State(chosen["state"]))
        if "agent" in chosen:
            memories = memories.filter(agent_id=chosen["agent"])
        if "subject" in chosen:
            memories = memories.filter(subject__external_id=chosen["subject"])
        if chosen.get("expiry") == "never":
            memories = memories.filter(expires_at__isnull=True)
        elif "expiry" in chosen:
            until = now() + WITHIN[chosen["expiry"]]
            memories = memories.filter(expires_at__gt=Now(), expires_at__lte=until)
        return memories


def in_state(memories: QuerySet[Memory], state: State) -> QuerySet[Memory]:
    """As a reader is told: an active memory past its expiry is expired already."""
    lapsed = memories.filter(state=State.ACTIVE, expires_at__lte=now())
    if state is State.EXPIRED:
        return memories.filter(state=State.EXPIRED) | lapsed
    if state is State.ACTIVE:
        return memories.filter(state=State.ACTIVE).exclude(id__in=lapsed.values("id"))
    return memories.filter(state=state)


class ReviseForm(forms.Form):
    """`version` is the one that was on the screen: another in force makes the change void."""

    content = forms.CharField(
        label="Text",
        max_length=settings.MEMORY_MAX_CONTENT_CHARACTERS,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    reason = forms.CharField(label="Why", required=False, max_length=60)
    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class EndForm(forms.Form):
    """Why a memory is expired or deleted."""

    reason = forms.ChoiceField(label="Reason", widget=forms.RadioSelect)
    comment = forms.CharField(
        label="Note",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, ending: Decision, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id=f"{ending}_%s")
        reasons = offered(ending)
        self.fields["reason"].choices = reasons  # type: ignore[attr-defined]
        self.fields["reason"].initial = reasons[0][0]
