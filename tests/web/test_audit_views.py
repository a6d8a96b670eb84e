"""An auditor names what they look for, and finds it again under its name."""

from audit.models import AuditEvent
from console.tenancy.scope import tenant_scope
from memory.models import SavedView
from tests.cast import a_memory

SAVE = "/audit/views/save"
ASKED = "?kind=policy&kind=memory.written&actor=robo"


def test_dana_keeps_a_search_for_whoever_reads_the_trail(desk, acme, alice, dana, robo):
    a_memory(robo)
    client = desk(dana)
    saved = client.post(
        f"{SAVE}{ASKED}&after=zzz", {"name": "What <b>robo</b> wrote", "shared": "on"}
    )
    assert saved["Location"].startswith("/audit/?kind=policy&kind=memory.written")
    with tenant_scope(acme.id):
        view = SavedView.objects.get()
        event = AuditEvent.objects.get(kind="view.saved")
    assert view.filters == {"kind": ["memory.written", "policy"], "actor": "robo"}
    assert event.payload["filters"] == ["actor", "kind"]
    [shown] = desk(alice).get("/audit/").context["screen"].views
    assert shown.query == "?kind=memory.written&kind=policy&actor=robo"
    found = desk(alice).get(f"/audit/{shown.query}")
    assert {one.kind for one in found.context["screen"].page.items} == {"memory.written"}
    says = found.content.decode()
    assert "What &lt;b&gt;robo&lt;/b&gt; wrote</a>" in says
    assert "Save as a view" not in says  # it has a name already
    assert "Delete this view" not in says  # and it is another's
    assert client.post(f"/views/{view.id}/delete")["Location"] == "/audit/"


def test_a_name_for_nothing_or_a_taken_one_is_refused_beside_the_name(desk, dana):
    client = desk(dana)
    empty = client.post(SAVE, {"name": "All"})
    assert empty.status_code == 422
    assert "Choose a filter first." in empty.content.decode()
    client.post(f"{SAVE}?outcome=refused", {"name": "Refused"})
    taken = client.post(f"{SAVE}?outcome=blocked", {"name": "Refused"})
    assert "You have a view of this name." in taken.content.decode()


def test_who_may_not_read_the_trail_keeps_no_view_of_it_and_sees_none(
    desk, acme, carol, dana, mallory
):
    desk(dana).post(f"{SAVE}?outcome=refused", {"name": "Refused", "shared": "on"})
    with tenant_scope(acme.id):
        view = SavedView.objects.get()
    for stranger in (carol, mallory):
        assert desk(stranger).post(f"/views/{view.id}/delete").status_code == 404
    assert desk(carol).post(f"{SAVE}?outcome=refused", {"name": "x"}).status_code == 404
    assert desk(mallory).get("/audit/").context["screen"].views == []
