from datetime import UTC, datetime, time
from typing import Any

from django import forms

from console.platform.clock import now
from memory.models import Memory

THIS, ALL = "memory", "subject"


class PlaceForm(forms.Form):
    """A hold on one memory, on all about its subject, or on a subject by name."""

    scope = forms.ChoiceField(label="What to hold", widget=forms.RadioSelect)
    subject = forms.CharField(
        label="Subject",
        max_length=200,
        help_text="The person by your own identifier. Memories to come are held too.",
    )
    ground = forms.CharField(
        label="Ground",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The case, the letter or the law that asks for it.",
    )
    review_on = forms.DateField(
        label="Review on",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="When to ask whether it is still needed. It never ends by itself.",
    )

    def __init__(self, memory: Memory | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.memory = memory
        if memory is None:
            del self.fields["scope"]
            return
        del self.fields["subject"]
        scopes = [(THIS, "This memory")]
        if memory.subject is not None:
            scopes.append((ALL, f"All about {memory.subject.external_id}, memories to come too"))
        self.fields["scope"].choices = scopes  # type: ignore[attr-defined]
        self.fields["scope"].initial = THIS

    def clean_review_on(self) -> datetime | None:
        day = self.cleaned_data["review_on"]
        if day is None:
            return None
        moment = datetime.combine(day, time.min, UTC)
        if moment <= now():
            raise forms.ValidationError("Choose a day to come.")
        return moment

    def hold(self) -> dict[str, Any]:
        """What `place_hold` takes."""
        said = self.cleaned_data
        held: dict[str, Any] = {"ground": said["ground"], "review_at": said["review_on"]}
        if self.memory is None:
            return held | {"subject": said["subject"]}
        if said["scope"] == ALL and self.memory.subject is not None:
            return held | {"subject": self.memory.subject.external_id}
        return held | {"memory": self.memory}


class ReleaseForm(forms.Form):
    reason = forms.CharField(
        label="Why it is no longer needed",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
