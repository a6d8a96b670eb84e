from typing import Any

from django import forms

from audit.models import RunStatus
from audit.timelines.runs import RunFilter
from console.web.forms.filters import ANY, FilterForm, choice, day_field, midnight, text


class RunFilterForm(FilterForm):
    q = text("Name", placeholder="Name or conversation", search=True)
    status = choice("Status", [ANY, *RunStatus.choices])
    agent = text("Agent")
    since = day_field("Since")
    error = choice("Errors", [ANY, ("some", "Some"), ("none", "None")])
    memory = forms.UUIDField(label="Touched memory", required=False)

    def wanted(self) -> RunFilter:
        chosen: dict[str, Any] = self.chosen
        errors = chosen.get("error")
        memory = chosen.get("memory")
        return RunFilter(
            text=chosen.get("q"),
            status=RunStatus(chosen["status"]) if "status" in chosen else None,
            agent=chosen.get("agent"),
            since=midnight(chosen["since"]) if "since" in chosen else None,
            has_errors=errors == "some" if errors else None,
            memory_id=str(memory) if memory else None,
        )
