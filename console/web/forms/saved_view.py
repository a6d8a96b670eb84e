from django import forms


class SaveViewForm(forms.Form):
    """A name for the filters in the address."""

    name = forms.CharField(label="Name", max_length=60)
    shared = forms.BooleanField(label="For everybody", required=False)
