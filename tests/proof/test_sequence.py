"""Every event gets its leaf, once, in the order of transactions, however late it commits."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from audit.models import AuditEvent, LogLeaf, LogMark, LogTile
from audit.proof.entry import entry_of
from audit.proof.merkle import CompactRange, leaf_hash
from audit.proof.sequence import (
    lock_log,
    log_size,
    sequence,
    sequence_everything,
)
from audit.proof.tiles import compact_range, extend
from audit.trail import append
from console.accounts.actor import system_actor
from console.administration import create_tenant
from console.tenancy.scope import tenant_scope
from tests.proof.log import events, leaves, own_connection, sequence_all, some_events


@pytest.fixture
def tenant(committed_db):
    return create_tenant(slug="acme", name="Acme")


def test_each_event_has_one_leaf_in_the_order_of_transactions(tenant):
    for count in (1, 3, 2):
        some_events(tenant, count)
    assert sequence_all(tenant) == 7  # the tenant's own making was one
    assert sequence_all(tenant) == 0
    placed, known = leaves(tenant), events(tenant)
    assert [leaf.index for leaf in placed] == [*range(7)]
    order = [(known[leaf.id].xid, leaf.id) for leaf in placed]
    assert order == sorted(order)
    assert [bytes(leaf.leaf_hash) for leaf in placed] == [
        leaf_hash(entry_of(known[leaf.id])) for leaf in placed
    ]


def test_the_tree_of_many_batches_is_the_tree_of_all_events(tenant):
    some_events(tenant, 700)
    assert sequence_all(tenant, limit=97) == 701
    tree, known = CompactRange(), events(tenant)
    for leaf in leaves(tenant):
        tree.append(leaf_hash(entry_of(known[leaf.id])))
    with tenant_scope(tenant.id):
        assert compact_range(701).root == tree.root


def test_a_log_grows_past_every_level_of_tiles(in_acme):
    """The third level begins with the 65,536th leaf."""
    tree, size = CompactRange(), 0
    for count in (1, 254, 1, 1, 300, 65_000, 20_000, 999):
        added = [leaf_hash(b"%d" % (size + number)) for number in range(count)]
        extend(size, added)
        size += count
        for leaf in added:
            tree.append(leaf)
        assert compact_range(size).root == tree.root
    assert set(LogTile.objects.values_list("level", flat=True)) == {0, 1, 2}


class LateCommitter(threading.Thread):
    """Records an event, and commits when it is told to."""

    def __init__(self, tenant):
        super().__init__(daemon=True)
        self.tenant = tenant
        self.recorded, self.may_commit = threading.Event(), threading.Event()

    def run(self):
        own_connection(self.record)

    def record(self):
        with tenant_scope(self.tenant.id):
            append(kind="session.stepped_up", actor=system_actor(self.tenant.id, "late"))
            self.recorded.set()
            assert self.may_commit.wait(30)


def by_id_alone(tenant, after):
    """A sequencer without xmin: what has a larger id than the last."""
    with tenant_scope(tenant.id):
        found = AuditEvent.objects.order_by("id").filter(id__gt=after)
        return list(found.values_list("id", flat=True))


def test_an_event_that_commits_late_is_not_skipped_as_it_would_be_by_its_id(tenant):
    sequence_all(tenant)
    last = leaves(tenant)[-1].id
    late = LateCommitter(tenant)
    late.start()
    assert late.recorded.wait(30)
    some_events(tenant, 5)

    naive = by_id_alone(tenant, last)
    assert len(naive) == 5
    assert sequence_all(tenant) == 0, "an older transaction is running: nobody may go before it"
    with tenant_scope(tenant.id):
        first = AuditEvent.objects.filter(id__gt=last).order_by("id")[0]
        assert sequence().waiting_since == first.recorded_at

    late.may_commit.set()
    late.join(30)
    naive += by_id_alone(tenant, naive[-1])
    assert sequence_all(tenant) == 6
    known = events(tenant)
    (missed,) = set(known) - {*naive, *(leaf.id for leaf in leaves(tenant)[:-6])}
    assert known[missed].kind == "session.stepped_up"
    assert missed in {leaf.id for leaf in leaves(tenant)}


def test_many_writers_and_two_sequencers_leave_no_gap_and_double_nothing(tenant):
    done = threading.Event()

    def write(_number):
        for _ in range(25):
            some_events(tenant, 2)

    def sequencer():
        while not done.is_set():
            with tenant_scope(tenant.id):
                if lock_log():
                    sequence(limit=7)

    with ThreadPoolExecutor(6) as pool:
        sequencers = [pool.submit(own_connection, sequencer) for _ in range(2)]
        writers = [pool.submit(own_connection, lambda: write(0)) for _ in range(4)]
        for writer in writers:
            writer.result(60)
        done.set()
        for one in sequencers:
            one.result(60)
    sequence_all(tenant, limit=50)
    assert [leaf.index for leaf in leaves(tenant)] == [*range(201)]
    assert {leaf.id for leaf in leaves(tenant)} == set(events(tenant))


def test_an_open_transaction_without_a_write_holds_nobody_up(tenant):
    reading, done = threading.Event(), threading.Event()

    def read():
        with tenant_scope(tenant.id):
            assert AuditEvent.objects.count()
            reading.set()
            assert done.wait(30)

    reader = threading.Thread(target=lambda: own_connection(read), daemon=True)
    reader.start()
    assert reading.wait(30)
    some_events(tenant, 2)
    assert sequence_all(tenant) == 3
    done.set()
    reader.join(30)


def test_what_a_restore_brought_back_below_the_mark_gets_its_leaf(tenant):
    some_events(tenant, 3)
    sequence_all(tenant)
    with tenant_scope(tenant.id):
        LogMark.objects.update(xid=2**40)
    some_events(tenant, 4)
    assert sequence_all(tenant) == 0, "they lie below the mark"
    with tenant_scope(tenant.id):
        assert lock_log()
        assert sequence_everything() == 4
    some_events(tenant, 1)
    assert sequence_all(tenant) == 1
    assert [leaf.index for leaf in leaves(tenant)] == [*range(9)]


def test_events_of_transactions_this_server_has_yet_to_reach_get_their_leaf_too(in_acme):
    """As after a dump is read into a new server. Here: in the transaction that wrote them."""
    assert lock_log()
    assert sequence().leaves == 0
    append(kind="session.started", actor=system_actor(in_acme.id, "test"))
    assert sequence_everything() == AuditEvent.objects.count() == log_size()


def test_a_tenants_log_holds_its_own_events_only(tenant):
    other = create_tenant(slug="globex", name="Globex")
    some_events(other, 3)
    some_events(tenant, 1)
    assert (sequence_all(tenant), sequence_all(other)) == (2, 4)
    assert {leaf.id for leaf in leaves(tenant)} == set(events(tenant))


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        ("UPDATE audit_logleaf SET index = index + 1", "permission denied"),
        ("DELETE FROM audit_logleaf", "permission denied"),
        ("DELETE FROM audit_logtile", "permission denied"),
        ("UPDATE audit_logtile SET hashes = sha256('') || substr(hashes, 33)", "append-only"),
        ("UPDATE audit_logtile SET hashes = substr(hashes, 1, 32)", "append-only"),
        ("UPDATE audit_logtile SET number = 7", "append-only"),
        ("UPDATE audit_logtile SET hashes = hashes || 'x'", "whole_hashes"),
    ],
)
def test_the_app_role_cannot_rewrite_the_log(in_acme, statement, refusal):
    append(kind="session.started", actor=system_actor(in_acme.id, "test"))
    sequence_everything()
    before = list(LogTile.objects.values_list("hashes", flat=True))
    with (
        pytest.raises((ProgrammingError, IntegrityError), match=refusal),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert [*map(bytes, LogTile.objects.values_list("hashes", flat=True))] == [*map(bytes, before)]
    assert LogLeaf.objects.count() == 2
