from collections.abc import Iterator

import pytest

from console.webhooks.actions import create_webhook
from tests.webhooks.receiver import Receiver, receiving


@pytest.fixture
def receiver(settings) -> Iterator[Receiver]:
    settings.WEBHOOK_ALLOW_PRIVATE = True
    with receiving() as one:
        yield one


@pytest.fixture
def listening(in_acme, alice, receiver):
    """alice's server, told of every decision."""
    return create_webhook(actor=alice.actor, url=receiver.url, kinds=["review.decided"])
