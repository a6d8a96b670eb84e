from django.db.models import QuerySet

from audit.models import MemoryAccess
from console.web.forms.filters import ANY, FilterForm, choice, text

RECALLS, LOOKS = "recalls", "looks"


class UseFilter(FilterForm):
    what = choice("What", [ANY, (RECALLS, "Recalls"), (LOOKS, "Looks")])
    by = text("By")

    def apply(self, accesses: QuerySet[MemoryAccess]) -> QuerySet[MemoryAccess]:
        """A recall has a rank; who only looked has none."""
        if "what" in self.chosen:
            accesses = accesses.filter(rank__isnull=self.chosen["what"] == LOOKS)
        if "by" in self.chosen:
            accesses = accesses.filter(agent=self.chosen["by"])
        return accesses
