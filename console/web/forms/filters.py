"""What the filters of lists share: GET forms whose every field may be left out."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any, cast

from django import forms
from django.core.validators import MaxValueValidator
from django.http import QueryDict

from console.accounts.models import Agent

ANY = ("", "Any")
LAST_DAY = date(8999, 12, 31)


class FilterForm(forms.Form):
    """A field that does not hold is named beside itself and filters nothing."""

    use_required_attribute = False

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data, auto_id="filter_%s")
        for field in self.fields.values():
            if isinstance(field, forms.ChoiceField):
                # Choices that ask the database are asked once, not for each use of them.
                field.choices = list(cast("Iterable[Any]", field.choices))
        self.is_valid()

    @property
    def chosen(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if value}


def agent_choices() -> list[tuple[str, str]]:
    """Asked for each form: the agents are those of the tenant at hand."""
    agents = Agent.objects.order_by("name").values_list("id", "name")
    return [ANY, *((str(agent_id), name) for agent_id, name in agents)]


def choice(label: str, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=choices)


def text(label: str, *, placeholder: str = "", search: bool = False) -> forms.CharField:
    kind = forms.TextInput(
        attrs={"placeholder": placeholder, "type": "search" if search else "text"}
    )
    # PostgreSQL takes no NUL, and CharField refuses one.
    return forms.CharField(label=label, required=False, max_length=200, widget=kind)


def day_field(label: str, help_text: str = "") -> forms.DateField:
    """A day that has a next one: the last of the calendar has no end that could be asked for."""
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        validators=[MaxValueValidator(LAST_DAY, "Choose a day before the year 9000.")],
        help_text=help_text,
    )


def midnight(day: date) -> datetime:
    """Lists count days in UTC."""
    return datetime.combine(day, time.min, UTC)
