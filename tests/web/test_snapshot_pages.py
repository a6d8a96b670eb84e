from datetime import timedelta

from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from memory.models import Snapshot, SnapshotItem
from tests.cast import a_memory

NEW = "/snapshots/new"
FORM = {"name": "before the fix", "lifetime": "7"}


def snapshots_in(tenant):
    with tenant_scope(tenant.id):
        return list(Snapshot.objects.all())


def test_bob_is_told_how_much_it_holds_before_it_is_kept(desk, acme, bob, robo):
    a_memory(robo, "Lives in <b>Bonn</b>.", namespace=("support", "eu"))
    a_memory(robo, "elsewhere")
    client = desk(bob)
    page = client.post(NEW, FORM | {"namespace": "support/eu", "filters": '{"kind": "fact"}'})
    assert "Keep 1 memory?" in page.content.decode()
    assert snapshots_in(acme) == []
    a_memory(robo, "written after the count", namespace=("support", "eu"))
    form = page.context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}
    response = client.post(NEW, sent | {"confirmed": "1"}, follow=True)
    assert "Kept." in response.content.decode()
    (snapshot,) = snapshots_in(acme)
    assert (snapshot.item_count, snapshot.namespace) == (1, ["support", "eu"])
    recalled = client.post(f"/snapshots/{snapshot.id}/recall", {"query": "Bonn", "purpose": "x"})
    text = recalled.content.decode()
    assert "&lt;b&gt;Bonn" in text
    assert "<b>Bonn" not in text


def test_bob_asks_it_what_was_true_on_another_day(desk, acme, bob, robo):
    moved = now() - timedelta(days=10)
    place = {"subject": "mia", "key": "city"}
    a_memory(robo, "Lives in Bonn.", valid_to=moved, **place)
    a_memory(robo, "Lives in Kiel.", valid_from=moved, **place)
    client = desk(bob)
    client.post(NEW, FORM | {"confirmed": "1"})
    (snapshot,) = snapshots_in(acme)

    def answer(**fields):
        asked = {"query": "Where does she live?", "subject": "mia"} | fields
        response = client.post(f"/snapshots/{snapshot.id}/recall", asked)
        return response.status_code, [
            hit.version.content for hit in response.context["recall"].hits
        ]

    assert answer() == (200, ["Lives in Kiel."])
    before = (moved - timedelta(days=1)).strftime("%Y-%m-%d %H:%M")
    assert answer(valid_at=before) == (200, ["Lives in Bonn."])
    assert answer(subject="jonas") == (200, [])
    bad = {"query": "x", "valid_at": "yesterday"}
    assert client.post(f"/snapshots/{snapshot.id}/recall", bad).status_code == 422


def test_bob_deletes_it_once_asked(desk, acme, bob, robo):
    a_memory(robo)
    client = desk(bob)
    client.post(NEW, FORM | {"confirmed": "1"})
    (snapshot,) = snapshots_in(acme)
    address = f"/snapshots/{snapshot.id}/delete"
    assert "Delete before the fix?" in client.get(address).content.decode()
    assert len(snapshots_in(acme)) == 1
    client.post(address)
    assert snapshots_in(acme) == []
    with tenant_scope(acme.id):
        assert not SnapshotItem.objects.exists()


def test_what_does_not_hold_is_told_beside_its_field(desk, acme, bob):
    client = desk(bob)
    for fields, name in (
        ({"name": ""}, "name"),
        ({"filters": "{"}, "filters"),
        ({"filters": "[]"}, "filters"),
        ({"filters": '{"kind": "fact", "kind": "event"}'}, "filters"),
        ({"filters": "[" * 3_000}, "filters"),
        ({"filters": '{"confidence": 1' + "0" * 3_900 + "}"}, None),
        ({"as_of": "yesterday"}, "as_of"),
        ({"as_of": "2999-01-01 00:00", "confirmed": "1"}, "as_of"),
        ({"subject": "nobody", "confirmed": "1"}, "subject"),
        ({"lifetime": "4000"}, "lifetime"),
    ):
        response = client.post(NEW, FORM | fields)
        assert response.status_code == 422, fields
        errors = response.context["form"].errors
        assert (name or "__all__") in errors, (fields, errors)
    assert snapshots_in(acme) == []


def test_a_name_taken_is_told_and_the_empty_page_says_what_to_do(desk, acme, bob, dana, carol):
    client = desk(bob)
    assert "No snapshots" in client.get("/snapshots/").content.decode()
    client.post(NEW, FORM | {"confirmed": "1"})
    response = client.post(NEW, FORM | {"confirmed": "1"})
    assert "There is a snapshot of this name" in response.content.decode()
    (snapshot,) = snapshots_in(acme)
    page = desk(dana).get(f"/snapshots/{snapshot.id}").content.decode()
    assert "Nothing was there then." in page
    assert "Recall from it" not in page
    assert desk(dana).get(NEW).status_code == 404
    assert desk(dana).post(f"/snapshots/{snapshot.id}/delete").status_code == 404
    assert desk(dana).post(f"/snapshots/{snapshot.id}/recall", {"query": "x"}).status_code == 404
    assert desk(carol).get("/snapshots/").status_code == 404
    assert desk(carol).get(f"/snapshots/{snapshot.id}").status_code == 404
