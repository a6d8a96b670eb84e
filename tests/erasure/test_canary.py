"""A canary in every store, by the doors that agents and people use; then it is nowhere.

Not in a table, whoever looks; not in a dump, the data folder, the write-ahead log or the logs; not
in what is exported afterwards.
"""

import gzip
import inspect
import io
import subprocess
import zipfile
from base64 import b64encode
from itertools import chain

import numpy as np
import pytest
from celery import current_app
from django.test import Client

from console.platform.errors import ErasedSubjectError
from console.runtime import base_backup
from console.runtime.postgres import INSTALLATION
from console.runtime.provision import ERASER
from console.tenancy.rows import fetch
from console.tenancy.scope import tenant_scope
from memory.actions import write_memory
from memory.erasure.certificate import told_by
from memory.erasure.preview import preview_of
from memory.erasure.stores import STORES
from memory.models import ErasureCertificate, RecallIndex, SubjectRequest
from tests.api.door import door_of
from tests.cast import a_write
from tests.database import DATABASE, PASSWORDS
from tests.erasure.carrying import gone_on, receipts_of
from tests.erasure.planting import Cast
from tests.erasure.workspace import CANARY, NAME
from tests.proof.log import checkpoint_of, sequence_all
from tests.webhooks.receiver import receiving

# Where people and agents read what is left, and take it away.
DOORS = (
    "memories?limit=200",
    "reviews?limit=200",
    "runs?limit=200",
    "holds",
    "snapshots",
    "subject-requests",
    "audit/events?limit=200",
    "audit/events/export?format=jsonl",
    "audit/events/export?format=csv",
    "audit/events/export?format=ocsf",
    "audit/evidence/pack",
)
PAGES = ("/", "/review/", "/runs/", "/subjects/", "/requests/", "/audit/", "/snapshots/", "/find/")


@pytest.fixture
def planted(committed_db, settings, postgres):
    settings.ERASER_DSN = postgres.dsn(role=ERASER, password=PASSWORDS[ERASER], database=DATABASE)
    settings.HOME = postgres.home
    settings.WEBHOOK_ALLOW_PRIVATE = True
    with receiving() as receiver:
        cast = Cast(receiver)
        cast.plant()
    return cast


def test_a_canary_in_every_store_is_nowhere_after(planted, postgres, caplog, tmp_path):
    words, said = planted.words, dumped(postgres)
    wanted, window = needles(planted)
    # The control: what is not sealed is found before.
    assert len(words.found_in(said)) > 90
    assert [needle for needle in wanted if needle not in said] == []
    with tenant_scope(planted.acme.id):
        request = SubjectRequest.objects.get(id=planted.request_id)
        preview = preview_of(planted.subject, request_id=request.id)
    done = gone_on(request)
    receipts = as_was_told(planted, done, preview)
    assert receipts["space"].counts["rewritten"] > 10
    after = dumped(postgres)
    assert b"Ada" not in after  # sealed
    assert words.found_in(after) == set()
    for needle in (*wanted, window):
        assert needle not in after
        assert files_with(postgres.home, needle) == [], needle
    for form in (b"wozzle.", b64encode(b"wozzle."), b"wozzle.".hex().encode()):
        assert files_with(postgres.home, form) == []
    told = "\n".join(record.getMessage() for record in caplog.records).encode()
    assert words.found_in(told) == set()
    assert [needle for needle in wanted if needle in told] == []
    for address, content in chain(taken_away(planted), backed_up(postgres, tmp_path)):
        assert words.found_in(content) == set(), address
        assert [needle for needle in wanted if needle in content] == [], address
    with pytest.raises(ErasedSubjectError), tenant_scope(planted.acme.id):
        write_memory(actor=planted.robo.actor, write=a_write("Again.", subject=CANARY))


def as_was_told(planted, done, preview):
    """What the preview counted is what was collected, and what was erased."""
    with tenant_scope(planted.acme.id):
        receipts = receipts_of(done)
        certificate = told_by(ErasureCertificate.objects.get())
        assert CANARY not in ErasureCertificate.objects.get().note
    assert {one.name: one.error for one in receipts.values() if one.error} == {}
    assert done.status == "completed"
    assert certificate["residue"]["files"] > 100
    assert {one.store for one in preview} == {store.name for store in STORES}
    counted = {one.store: one.count for one in preview if one.count}
    assert receipts["collect"].counts == counted == certificate["held"] == done.outcome
    for store in STORES:
        if not store.goes_with and store.figure == "count(*)":
            assert receipts[store.name].counts["rows"] == counted.get(store.name, 0), store.name
    return receipts


def taken_away(planted):
    """Each address, and what it gives: of a pack, each of its files."""
    sequence_all(planted.acme)
    checkpoint_of(planted.acme)
    door, page = door_of(planted.alice), planted.page(planted.alice)
    for address in DOORS:
        content = content_of(door.get(address), address)
        if content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as pack:
                for name in pack.namelist():
                    yield f"{address} {name}", pack.read(name)
        yield address, content
    for address in PAGES:
        yield address, content_of(page.get(address), address)


def backed_up(postgres, folder):
    """A base backup, file by file."""
    for path in sorted(base_backup.take(postgres, folder).folder.iterdir()):
        packed = path.suffix == ".gz"
        yield path.name, gzip.decompress(path.read_bytes()) if packed else path.read_bytes()


def content_of(response, address):
    assert response.status_code == 200, (address, response.status_code)
    return response.getvalue()


def test_what_waits_in_the_broker_can_hold_no_word():
    """A message is a task's name and its arguments: ids, and names of partitions."""
    current_app.loader.import_default_modules()
    ours = [
        task
        for name, task in current_app.tasks.items()
        if name.partition(".")[0] in {"audit", "console", "memory"}
    ]
    asked = {argument for task in ours for argument in inspect.signature(task.run).parameters}
    assert len(ours) > 40
    assert asked == {"tenant_id", "user_id", "dropped"}


def test_a_path_that_leads_nowhere_is_not_written_down(committed_db, caplog):
    """It may be somebody's name. What was refused is told by the route that was taken."""
    for path in (f"/{CANARY}", f"/api/v1/memories/{CANARY}", f"/api/v1/{CANARY}?q={CANARY}"):
        assert Client().get(path).status_code in {401, 404}
    assert caplog.records
    assert CANARY not in str([(record.getMessage(), record.args) for record in caplog.records])


def needles(planted):
    """What tells the person in a dump, embeddings among them as figures; and those as bytes."""
    with tenant_scope(planted.acme.id):
        row = RecallIndex.objects.filter(subject_id=planted.subject.id).first()
        [(figures,)] = fetch(
            "SELECT embedding::text FROM memory_recallindex WHERE id = %s", [row.id]
        )
    named = [CANARY.encode(), NAME.encode(), b64encode(f"xyz{CANARY}".encode())[4:20]]
    window = np.asarray(row.embedding, "<f2").tobytes()[:24]
    return [*named, CANARY.encode().hex().encode(), figures[:40].encode()], window


def files_with(home, needle):
    return [
        str(path.relative_to(home))
        for path in sorted(home.rglob("*"))
        if path.is_file() and not path.is_symlink() and needle in path.read_bytes()
    ]


def dumped(postgres):
    made = subprocess.run(
        [INSTALLATION / "bin" / "pg_dump", postgres.dsn(database=DATABASE)],
        capture_output=True,
        check=True,
    )
    return made.stdout
