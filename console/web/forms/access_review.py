from uuid import UUID

from django import forms
from typing_extensions import override

from console.access_review.models import GrantKind

MOST_AT_ONCE = 50


class AttestForm(forms.Form):
    """`line`: `<line id>:<digest of what was seen>`, for each line that was ticked."""

    @override
    def clean(self) -> dict[str, dict[UUID, str]]:
        tokens = self.data.getlist("line")  # type: ignore[attr-defined]
        if not tokens:
            raise forms.ValidationError("Tick what you attest.")
        if len(tokens) > MOST_AT_ONCE:
            raise forms.ValidationError(f"At most {MOST_AT_ONCE} at once.")
        return {"seen": dict(_parsed(token) for token in tokens)}


class RevokeForm(forms.Form):
    comment = forms.CharField(
        label="Why",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Kept with the review.",
    )


class LineFilter(forms.Form):
    kind = forms.ChoiceField(choices=[("", "Every kind"), *GrantKind.choices], required=False)


def _parsed(token: str) -> tuple[UUID, str]:
    line, _, digest = token.partition(":")
    return forms.UUIDField().clean(line), digest
