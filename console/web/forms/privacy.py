from django import forms

from console.web.forms.request import KINDS, LIFT
from memory.models import RequestKind

ASKS = {
    RequestKind.ERASURE: "Erase what you hold about me",
    RequestKind.ACCESS: "Send me a copy of what you hold about me",
    RequestKind.RECTIFICATION: "Correct what you hold about me",
    RequestKind.RESTRICTION: "Keep what you hold about me, but do not use it",
    LIFT: "Use what you hold about me again",
}


class PrivacyForm(forms.Form):
    """`website` is for machines that fill in everything: a person neither sees nor reaches it."""

    kind = forms.ChoiceField(
        label="What do you ask for?",
        choices=[*((kind, ASKS[kind]) for kind, _ in KINDS), (LIFT, ASKS[LIFT])],
        initial=RequestKind.ERASURE,
        widget=forms.RadioSelect,
    )
    named = forms.CharField(
        label="How we know you",
        max_length=200,
        help_text="Your customer number, user name or e-mail address with us.",
    )
    also_named = forms.CharField(
        label="Other names or numbers we may know you by",
        required=False,
        max_length=200,
        help_text="Parted by commas.",
    )
    contact = forms.EmailField(
        label="Your e-mail address",
        max_length=254,
        help_text="We answer there. If it is not the one we know, we find out otherwise who you"
        " are.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    wish = forms.CharField(
        label="Anything else we should know",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What is to be corrected, for one. Send no copies of documents.",
    )
    website = forms.CharField(
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )

    def clean_also_named(self) -> list[str]:
        names = [name.strip() for name in self.cleaned_data["also_named"].split(",")]
        return [name for name in names if name][:10]


class CodeForm(forms.Form):
    reference = forms.CharField(label="Reference", max_length=20, help_text="R-…, as we told you.")
    code = forms.CharField(
        label="Code",
        max_length=20,
        help_text="The eight digits we sent you.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )
