"""The tenant's own weights, or the defaults where nobody has chosen any."""

from datetime import datetime

from memory.models import RecallSetting
from memory.retrieval.weights import DEFAULT_WEIGHTS, RecallWeights


def setting_in_force() -> RecallSetting | None:
    return RecallSetting.objects.order_by("-id").first()


def weights_of(setting: RecallSetting | None) -> RecallWeights:
    if setting is None:
        return DEFAULT_WEIGHTS
    # A weight that a later release no longer knows is left out, a new one has its default.
    known = RecallWeights.bounds()
    return RecallWeights(**{n: v for n, v in setting.weights.items() if n in known})


def weights_in_force(at: datetime | None = None) -> RecallWeights:
    """Those of now, or of a moment in the past."""
    if at is None:
        return weights_of(setting_in_force())
    return weights_of(RecallSetting.objects.filter(set_at__lte=at).order_by("-id").first())
