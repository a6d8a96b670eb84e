"""Evidence packs over the API and from the command line."""

import io
import json
import zipfile

import pytest
from django.core.management import CommandError, call_command

from audit.models import AuditEvent
from console.administration import create_tenant
from console.tenancy.scope import tenant_scope
from tests.api.door import door_of, problem_of
from tests.evidence.packs import key_of, seal, verified
from tests.proof.log import some_events


@pytest.fixture
def acme(committed_db):
    return create_tenant(slug="acme", name="Acme")


@pytest.fixture
def globex(committed_db):
    return create_tenant(slug="globex", name="Globex")


@pytest.fixture
def sealed(acme, dana, bob):
    seal(acme)
    return acme


def test_dana_asks_what_there_is_and_takes_it(dana, sealed, tmp_path):
    some_events(sealed, 2)
    extent = door_of(dana).get("audit/evidence").json()
    assert extent["origin"] == f"mnemoscope/{sealed.id}"
    assert (extent["first"], extent["first_checkpoint"], extent["last_checkpoint"]) == (0, 1, 1)
    assert extent["events"] == extent["size"] > 0
    assert extent["waiting"] == 2 + 1  # and that the log got its key
    answer = door_of(dana).get("audit/evidence/pack")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    pack = tmp_path / "pack.zip"
    pack.write_bytes(answer.getvalue())
    code, said = verified(pack, key_of(sealed))
    assert (code, said["size"]) == (0, extent["size"])
    with tenant_scope(sealed.id):
        assert AuditEvent.objects.get(kind="evidence.exported").actor_id == dana.actor.id


def test_a_period_is_given_in_instants(dana, sealed):
    address = "audit/evidence/pack?from=2026-01-01T00:00:00Z&to=2126-01-01T00:00:00Z"
    with zipfile.ZipFile(io.BytesIO(door_of(dana).get(address).getvalue())) as pack:
        manifest = json.loads(pack.read("manifest.json"))
    assert manifest["from"] == "2026-01-01T00:00:00.000000Z"
    assert manifest["first"] == 0


def test_who_may_not_gets_nothing_and_it_is_recorded(bob, robo, mallory, sealed):
    for holder in (bob, robo):
        for address in ("audit/evidence", "audit/evidence/pack"):
            problem_of(door_of(holder).get(address), 403, "not_permitted")
    with tenant_scope(sealed.id):
        assert AuditEvent.objects.filter(kind="request.refused").count() == 4
        assert not AuditEvent.objects.filter(kind="evidence.exported").exists()
    # Mallory's own tenant has no checkpoint yet, and acme's is not hers.
    problem_of(door_of(mallory).get("audit/evidence/pack"), 409, "nothing_sealed")


def test_what_is_no_period_is_refused(dana, sealed):
    door = door_of(dana)
    problem_of(door.get("audit/evidence?from=yesterday"), 422, "invalid")
    problem_of(door.get("audit/evidence/pack?from=2126-01-01T00:00:00Z"), 422, "invalid")
    problem_of(door.get("audit/evidence?begins=2026-01-01T00:00:00Z"), 422, "invalid")


def test_the_operator_takes_a_pack_from_the_command_line(sealed, tmp_path):
    out, told = tmp_path / "pack.zip", io.StringIO()
    call_command("evidence_pack", tenant="acme", out=str(out), json=True, stdout=told)
    said = json.loads(told.getvalue())["acme"]
    assert said["file"] == str(out)
    code, report = verified(out, key_of(sealed))
    assert (code, report["size"]) == (0, said["size"])
    assert [one.name for one in tmp_path.iterdir()] == ["pack.zip"]
    assert out.stat().st_mode & 0o777 == 0o600, "it names people"
    with tenant_scope(sealed.id):
        assert AuditEvent.objects.get(kind="evidence.exported").actor_kind == "system"
    with pytest.raises(CommandError, match="already"):
        call_command("evidence_pack", tenant="acme", out=str(out))


def test_the_command_takes_all_tenants_packs_into_a_folder(sealed, globex, tmp_path):
    some_events(globex, 1)
    seal(globex)
    with pytest.raises(CommandError, match="folder"):
        call_command("evidence_pack", out=str(tmp_path / "pack.zip"))
    call_command("evidence_pack", "--from", "2026-01-01", out=str(tmp_path), stdout=io.StringIO())
    names = sorted(path.name.split("-")[0] for path in tmp_path.iterdir())
    assert names == ["acme", "globex"]


def test_one_events_proof_as_the_api_gives_it_verifies(dana, sealed, tmp_path):
    with tenant_scope(sealed.id):
        event = AuditEvent.objects.order_by("id").first()
    answer = door_of(dana).get(f"audit/events/{event.id}/proof")
    assert answer.status_code == 200
    (tmp_path / "proof.json").write_bytes(answer.content)
    proof = f"--inclusion={tmp_path}/proof.json"
    code, said = verified(proof, key_of(sealed))
    assert (code, said["verdict"]) == (0, "ok")
