from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django import forms

from console.accounts.actor import Actor
from console.platform.errors import NotFoundError
from console.web.forms.filters import FilterForm, choice, day_field, midnight
from memory.influence.origins import Origin, of_agent, of_memory, of_span
from memory.influence.reached import Influence
from memory.influence.spread import follow

SHOWS = [("memories", "Memories"), ("runs", "Runs"), ("steps", "Steps")]


class InfluenceForm(FilterForm):
    """Where influence starts, as the address says, and which recalls count.

    Of an agent the days say when it wrote what it starts from.
    """

    memory = forms.UUIDField(required=False, widget=forms.HiddenInput)
    version = forms.IntegerField(label="Version", required=False, min_value=1, max_value=2**31 - 1)
    agent = forms.UUIDField(required=False, widget=forms.HiddenInput)
    trace = forms.RegexField("^[0-9a-f]{32}$", required=False, widget=forms.HiddenInput)
    span = forms.RegexField("^[0-9a-f]{16}$", required=False, widget=forms.HiddenInput)
    since = day_field("From")
    until = day_field("Until")
    show = choice("Show", SHOWS)

    @property
    def begin(self) -> datetime | None:
        day = self.chosen.get("since")
        return midnight(day) if day else None

    @property
    def end(self) -> datetime | None:
        """The end of the day that was chosen."""
        day = self.chosen.get("until")
        return midnight(day) + timedelta(days=1) if day else None

    @property
    def shown(self) -> str:
        show: str = self.chosen.get("show") or SHOWS[0][0]
        return show

    @property
    def query(self) -> str:
        """Where it starts and which recalls count, as `/influence` takes it."""
        named = {name: self.data[name] for name in self.chosen if name != "show"}
        return f"?{urlencode(named)}"

    def influence(self, actor: Actor) -> Influence:
        """Raises NotFoundError, also for an address that says nowhere to start."""
        chosen = self.chosen
        if "agent" in chosen:
            origin: Origin = of_agent(actor, chosen["agent"], since=self.begin, until=self.end)
            return follow(actor, origin)
        if "memory" in chosen:
            memory_id: UUID = chosen["memory"]
            origin = of_memory(actor, memory_id, version=chosen.get("version"))
        elif "trace" in chosen and "span" in chosen:
            origin = of_span(actor, bytes.fromhex(chosen["trace"]), bytes.fromhex(chosen["span"]))
        else:
            raise NotFoundError(noun="place for it to start")
        return follow(actor, origin, since=self.begin, until=self.end)


class InfluenceExportForm(forms.Form):
    form = forms.ChoiceField(
        label="As",
        choices=[("lines", "JSON lines"), ("csv", "CSV, for a spreadsheet")],
        initial="lines",
        widget=forms.RadioSelect,
    )
    words = forms.ChoiceField(
        label="What each memory says",
        choices=[("no", "Left out"), ("yes", "In the clear")],
        initial="no",
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label="Why", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
