from typing import Any

from django import forms

from audit.actions import StreamAsked
from audit.models import AuditStream
from audit.models.stream import MAX_CERTIFICATES, MAX_NAME, Sends, StreamFormat, StreamKind
from console.platform.outbound import MAX_URL

BEGINS = (("now", "Now"), ("beginning", "The beginning of the log"))
WORDS = (("no", "Left out"), ("yes", "Sent as well"))


class StreamChange(forms.Form):
    """What can be changed of a stream later on."""

    name = forms.CharField(label="Name", max_length=MAX_NAME)
    address = forms.CharField(
        label="Address",
        max_length=MAX_URL,
        widget=forms.TextInput(
            attrs={"placeholder": "tls://siem.example.com:6514", "spellcheck": "false"}
        ),
        help_text="https://… for a webhook or a timestamp authority, tls://host:port for syslog.",
    )
    format = forms.ChoiceField(
        label="Each event as",
        choices=StreamFormat.choices,
        initial=StreamFormat.JSON.value,
        help_text="JSON can be verified by whoever keeps it.",
    )
    with_words = forms.ChoiceField(
        label="Names of people, and their notes",
        choices=WORDS,
        initial="no",
        help_text="Nobody can make a receiver forget them when a person asks to be forgotten.",
    )
    certificates = forms.CharField(
        label="Certificates to believe",
        max_length=MAX_CERTIFICATES,
        required=False,
        widget=forms.Textarea(
            attrs={"rows": 4, "spellcheck": "false", "placeholder": "-----BEGIN CERTIFICATE-----"}
        ),
        help_text="PEM. The root of a timestamp authority; for syslog only one of your own.",
    )

    def asked(self, stream: AuditStream) -> StreamAsked:
        return self.like(kind=StreamKind(stream.kind), sends=Sends(stream.sends))

    def like(self, *, kind: StreamKind, sends: Sends) -> StreamAsked:
        said = self.cleaned_data
        return StreamAsked(
            name=said["name"],
            kind=kind,
            sends=sends,
            address=said["address"],
            format=StreamFormat(said["format"]),
            with_words=said["with_words"] == "yes",
            certificates=said["certificates"],
        )


class StreamForm(StreamChange):
    sends = forms.ChoiceField(
        label="Is sent",
        choices=Sends.choices,
        initial=Sends.EVENTS.value,
        widget=forms.RadioSelect,
    )
    kind = forms.ChoiceField(
        label="By",
        choices=StreamKind.choices,
        initial=StreamKind.WEBHOOK.value,
        widget=forms.RadioSelect,
    )
    begins = forms.ChoiceField(label="From", choices=BEGINS, initial="now")

    field_order = ("name", "sends", "kind", "address", "certificates", "begins", "format")

    def made(self) -> dict[str, Any]:
        """What the action that makes a stream takes."""
        said = self.cleaned_data
        asked = self.like(kind=StreamKind(said["kind"]), sends=Sends(said["sends"]))
        return {"asked": asked, "from_beginning": said["begins"] == "beginning"}


def shown(stream: AuditStream) -> dict[str, Any]:
    return {
        "name": stream.name,
        "address": stream.address,
        "format": stream.format,
        "with_words": "yes" if stream.with_words else "no",
        "certificates": stream.certificates,
    }
