from django import forms

from console.platform.durations import duration_of


def check_duration(text: str) -> None:
    try:
        duration_of(text)
    except ValueError as error:
        raise forms.ValidationError(str(error), code="invalid") from error


def duration_field(label: str, *, placeholder: str) -> forms.CharField:
    """Its value stays text, so that an address keeps what somebody wrote."""
    return forms.CharField(
        label=label,
        required=False,
        max_length=20,
        validators=[check_duration],
        widget=forms.TextInput(attrs={"placeholder": placeholder}),
    )
