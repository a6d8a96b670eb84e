from collections.abc import Iterator

import pytest

from audit.actions import StreamAsked, create_stream
from audit.models.stream import Sends, StreamKind
from console.tenancy.scope import tenant_scope
from tests.streams.receivers import SyslogReceiver, syslog_receiving
from tests.webhooks.receiver import Receiver, receiving


@pytest.fixture
def receiver(settings) -> Iterator[Receiver]:
    settings.WEBHOOK_ALLOW_PRIVATE = True
    with receiving() as one:
        yield one


@pytest.fixture
def collector(settings) -> Iterator[SyslogReceiver]:
    settings.WEBHOOK_ALLOW_PRIVATE = True
    with syslog_receiving() as one:
        yield one


@pytest.fixture
def a_stream(acme, alice):
    """Made by alice; from the beginning, unless it is said otherwise."""

    def make(address, *, kind="webhook", sends="events", from_beginning=True, **fields):
        asked = StreamAsked(
            name=f"to {address}",
            kind=StreamKind(kind),
            sends=Sends(sends),
            address=address,
            **fields,
        )
        with tenant_scope(acme.id):
            return create_stream(actor=alice.actor, asked=asked, from_beginning=from_beginning)

    return make
