from console.tenancy.scope import tenant_scope
from memory.retrieval.setting import weights_in_force
from memory.retrieval.weights import RecallWeights

PAGE = "/settings/recall/"
FIELDS = RecallWeights().as_dict()


def test_alice_changes_the_ranking_and_goes_back(desk, acme, alice):
    client = desk(alice)
    assert "the defaults hold" in client.get(PAGE).content.decode()
    response = client.post(PAGE, FIELDS | {"recency": "0.4", "reason": "<b>news</b>"}, follow=True)
    page = response.content.decode()
    assert "The next recall ranks by it." in page
    assert "Recency 0.4, Confidence 0.1, Approval 0.1, Half life days 30.0" in page
    assert "<b>news" not in page
    with tenant_scope(acme.id):
        assert weights_in_force().recency == 0.4
    client.post(f"{PAGE}defaults")
    with tenant_scope(acme.id):
        assert weights_in_force() == RecallWeights()


def test_a_weight_out_of_range_is_told_beside_its_field_and_changes_nothing(desk, acme, alice):
    for wrong in ("10.5", "nan", "", "much"):
        response = desk(alice).post(PAGE, FIELDS | {"recency": wrong})
        assert response.status_code == 422, wrong
        assert "recency" in response.context["form"].errors
    with tenant_scope(acme.id):
        assert weights_in_force() == RecallWeights()


def test_dana_reads_it_and_finds_nothing_to_change_and_carol_finds_no_page(desk, dana, carol):
    page = desk(dana).get(PAGE).content.decode()
    assert "Change the ranking" not in page
    assert "Recency" in page
    assert desk(dana).post(PAGE, FIELDS).status_code == 403
    assert desk(dana).post(f"{PAGE}defaults").status_code == 403
    assert desk(carol).get(PAGE).status_code == 404
