from django.db.models import QuerySet

from console.web.forms.filters import ANY, FilterForm, choice
from memory.models import IsolationProbe


class ProbeFilter(FilterForm):
    result = choice("Result", [ANY, ("leaked", "Something was seen"), ("blind", "Blind")])

    def apply(self, probes: QuerySet[IsolationProbe]) -> QuerySet[IsolationProbe]:
        result = self.chosen.get("result")
        if result == "leaked":
            return probes.exclude(leaks=[])
        if result == "blind":
            return probes.filter(is_blind=True)
        return probes
