"""What was kept long enough past its end: its words go, the evidence of it stays."""

from datetime import timedelta

from django.db.models import DurationField, ExpressionWrapper, F, QuerySet, Value

from console.platform.clock import now
from memory.models import Memory, State

# Nobody recalls these any more, whatever ended them.
ENDED = [State.EXPIRED, State.SUPERSEDED, State.REJECTED, State.RETIRED]


def past_retention() -> QuerySet[Memory]:
    kept = ExpressionWrapper(
        F("retention") * Value(timedelta(seconds=1)), output_field=DurationField()
    )
    return Memory.objects.filter(
        state__in=ENDED, retention__isnull=False, expires_at__lte=now() - kept
    )
