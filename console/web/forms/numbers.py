from typing import Any, ClassVar, Generic, TypeVar

from django import forms

from console.platform.numbers import Numbers

N = TypeVar("N", bound=Numbers)


class NumbersForm(forms.Form, Generic[N]):
    """What is in force, to be changed. `words` has the label and the help of each number."""

    words: ClassVar[dict[str, tuple[str, str]]]

    def __init__(self, in_force: N, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = type(in_force)
        defaults, values = self.kind().as_dict(), in_force.as_dict()
        for name, (low, high) in self.kind.bounds().items():
            whole = self.kind.is_whole(name)
            number: Any = forms.IntegerField if whole else forms.FloatField
            mode = {"inputmode": "numeric"} if whole else {"step": "any", "inputmode": "decimal"}
            label, help_text = self.words[name]
            self.fields[name] = number(
                label=label,
                min_value=low,
                max_value=high,
                initial=values[name],
                help_text=f"{help_text} By default {defaults[name]:,g}.",
                widget=forms.NumberInput(attrs=mode),
            )
        self.fields["reason"] = forms.CharField(label="Why", max_length=200, required=False)

    def numbers(self) -> N:
        return self.kind(**self.kind.known(self.cleaned_data))
