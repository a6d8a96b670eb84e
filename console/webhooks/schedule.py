"""When to try again, and for how long to keep what was said."""

import random
from datetime import timedelta

# After the attempts of Standard Webhooks: the first retry at once, the last after a weekend.
RETRIES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
JITTER = 0.1
# An endpoint where nothing arrived for so long, though we tried, is disabled.
FAILING_FOR = timedelta(days=5)
KEPT = timedelta(days=30)


def next_pause(attempts: int, *, asked: timedelta | None = None) -> timedelta | None:
    """After so many attempts; None once there is to be no other. `asked` is a Retry-After."""
    if attempts > len(RETRIES):
        return None
    # Jitter, so that what failed together does not come back together.
    pause = RETRIES[attempts - 1] * random.uniform(1, 1 + JITTER)  # noqa: S311
    return max(pause, min(asked or timedelta(0), RETRIES[-1]))
