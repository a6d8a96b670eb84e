from datetime import datetime

from memory.models import RecallSetting
from memory.retrieval.weights import RecallWeights


def weights_in_force(at: datetime | None = None) -> RecallWeights:
    """The tenant's own, now or at a moment in the past; the defaults where nobody chose any."""
    setting = RecallSetting.in_force(at)
    return setting.numbers if setting else RecallWeights()
