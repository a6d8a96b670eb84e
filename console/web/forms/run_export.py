from django import forms

from audit.export.otlp import Form

PAGE = "page"
FORMS = [
    (PAGE, "A page to read, keep or print: the tree, what was said, and the memories used"),
    (Form.JSON, "OTLP/JSON, which any receiver of traces takes"),
    (Form.LINES, "OTLP/JSON in lines of at most 500 spans, for a run of many thousand steps"),
]


class RunExportForm(forms.Form):
    form = forms.ChoiceField(
        label="As", choices=FORMS, initial=PAGE, widget=forms.RadioSelect, required=True
    )
