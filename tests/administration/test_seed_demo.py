"""A first start makes the demo once; being killed on the way leaves it makeable."""

import json
import stat

import pytest

from console.accounts.authentication import actor_of_key
from console.accounts.key_text import parse_key
from console.accounts.permissions import Permission
from console.demo import seed as seeding
from console.demo.seed import DemoFileLostError, seed
from console.platform.errors import NotAuthenticatedError
from console.tenancy.models import Tenant
from console.tenancy.scope import system_scope, tenant_scope

URL = "http://127.0.0.1:8000"


def actor_behind(text):
    key = parse_key(text)
    with tenant_scope(key.tenant_id):
        return actor_of_key(key)


@pytest.fixture
def target(tmp_path):
    return tmp_path / "demo.json"


def test_it_tells_its_owner_alone_how_to_get_in(db, target):
    assert seed(target=target, url=URL)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    demo = json.loads(target.read_text())
    assert (demo["url"], demo["tenant"], demo["other"]["tenant"]) == (URL, "acme", "globex")
    for part in (demo, demo["other"]):
        roles = {user["role"]: actor_behind(user["key"]) for user in part["users"]}
        assert list(roles) == ["owner", "reviewer", "auditor", "reader"]
        assert roles["reviewer"].may(Permission.REVIEW_DECIDE)
        assert not roles["reader"].may(Permission.REVIEW_READ)
        agent = actor_behind(part["agent_key"])
        assert agent.trusted
        assert {Permission.MEMORY_WRITE, Permission.MEMORY_RECALL} <= agent.permissions
        assert part["signing_key"].startswith("msk_")
        assert actor_behind(part["ingest_key"]).permissions == {Permission.TRACES_INGEST}
    assert (
        actor_behind(demo["agent_key"]).tenant_id
        != actor_behind(demo["other"]["agent_key"]).tenant_id
    )


def test_a_second_start_changes_nothing(db, target):
    seed(target=target, url=URL)
    before = target.read_bytes()
    assert not seed(target=target, url=URL)
    assert target.read_bytes() == before


def test_killed_before_the_commit_it_starts_over(db, target, monkeypatch):
    def killed(*_args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(seeding, "_write_private", killed)
        with pytest.raises(KeyboardInterrupt):
            seed(target=target, url=URL)
    with system_scope():
        assert not Tenant.objects.exists()
    assert seed(target=target, url=URL)


def test_killed_after_the_commit_it_still_knows_the_passwords(db, target):
    seed(target=target, url=URL)
    written = target.read_bytes()
    target.rename(target.with_suffix(".json.new"))
    assert seed(target=target, url=URL)
    assert target.read_bytes() == written


def test_without_the_file_the_passwords_cannot_be_shown_again(db, target):
    seed(target=target, url=URL)
    target.unlink()
    with pytest.raises(DemoFileLostError):
        seed(target=target, url=URL)


def test_a_key_of_a_tenant_that_does_not_exist_is_no_key(db, target):
    seed(target=target, url=URL)
    demo = json.loads(target.read_text())
    foreign = demo["other"]["agent_key"][:26] + demo["agent_key"][26:]
    assert parse_key(foreign) is None  # the checksum is over the tenant too
    key = parse_key(demo["agent_key"])
    other = parse_key(demo["other"]["agent_key"]).tenant_id
    with tenant_scope(other), pytest.raises(NotAuthenticatedError):
        actor_of_key(key)
