"""What a policy says about a write: the rules in order, all that hold, the strictest effect."""

from dataclasses import replace
from datetime import timedelta

import pytest

from console.accounts.actor import ActorKind
from console.platform.clock import now
from memory.models import Tier
from memory.policies import RejectedByPolicyError, must_sign
from memory.policies.compiled import compile_policy
from tests.policies.conftest import NOBODY, a_finding, a_policy, a_rule, facts, ruled


def test_without_rules_everything_is_approved_and_says_who_ruled():
    ruling = ruled()
    assert (ruling.effect, ruling.reasons, ruling.policy) == ("approve", (), 7)


def test_every_rule_that_holds_counts_and_the_strictest_wins(codes):
    ruling = ruled(
        a_rule("first", effect="review", because="One."),
        a_rule("never", "false", effect="reject"),
        a_rule("second", effect="quarantine", because="Two.", risk="0.9"),
        a_rule("third", effect="approve", because="Three."),
    )
    assert ruling.effect == "quarantine"
    assert codes(ruling) == ["first", "second"]
    assert ruling.risk == 0.9


def test_a_final_rule_ends_the_asking(codes):
    ruling = ruled(
        a_rule("importer", "agent.name == 'scribe'", effect="approve", final=True),
        a_rule("everything", effect="reject"),
    )
    assert (ruling.effect, codes(ruling)) == ("approve", [])


def test_a_final_rule_that_does_not_hold_ends_nothing():
    rules = [a_rule("importer", "agent.name == 'x'", final=True), a_rule("all", effect="reject")]
    assert ruled(*rules).effect == "reject"


def test_a_rejected_write_is_refused_with_the_rules_sentence():
    ruling = ruled(a_rule(effect="reject", because="No {write.kind} from {agent.name}."))
    with pytest.raises(RejectedByPolicyError, match=r"^No fact from scribe\.$"):
        ruling.refuse_rejected()


def test_what_screening_found_is_always_among_the_reasons(codes):
    ruling = ruled(
        a_rule("because_of_this", "findings.exists(f, f.code == 'odd')"),
        findings=[a_finding("odd"), a_finding("seen", "note"), a_finding("worse", weight=0.8)],
    )
    assert codes(ruling) == ["odd", "worse"]
    assert ruling.risk == 0.8


def test_a_rule_without_a_sentence_or_a_finding_still_gives_a_reason(codes):
    assert codes(ruled(a_rule("quiet"))) == ["quiet"]


def test_the_urgent_and_the_second_person_carry_over():
    ruling = ruled(
        a_rule("low", priority="low"),
        a_rule("two", "true", effect=None, approvals=2, queue="security"),
        a_rule("urgent", priority="urgent", queue="late"),
    )
    assert (ruling.priority, ruling.approvals, ruling.queue) == ("urgent", 2, "security")


def test_redaction_names_codes():
    ruling = ruled(a_rule(effect="approve", redact=["secret", "email"]))
    asked = ("secret", "secret_probe", "email", "personal_data")
    assert [ruling.redacts(code) for code in asked] == [True, False, True, False]


@pytest.mark.parametrize(
    ("when", "asked"),
    [
        ("write.metadata.x == 1", {}),
        ("write.metadata.x == 1", {"write": {"metadata": {"x": 2**70}}}),
        ("write.metadata.x > 1", {"write": {"metadata": {"x": "one"}}}),
        ("write.namespace[3] == 'a'", {}),
        ("write.key == 'a'", {"write": {"key": "\ud800"}}),
    ],
)
def test_a_rule_that_fails_holds_the_write_for_a_person(codes, when, asked):
    ruling = ruled(a_rule("shaky", when, effect="approve", final=True), **asked)
    assert (ruling.effect, codes(ruling)) == ("review", ["rule_failed"])
    assert "shaky" in ruling.reasons[0].detail


def test_a_risk_that_is_no_number_holds_the_write(codes):
    uncertain = a_rule("odds", effect="approve", risk="write.confidence / write.importance")
    ruling = ruled(uncertain, write={"confidence": 0.0, "importance": 0.0})
    assert (ruling.effect, codes(ruling), ruling.risk) == ("review", ["rule_failed"], 0.5)


def test_a_rule_that_fails_does_not_stop_the_stricter_ones(codes):
    ruling = ruled(
        a_rule("shaky", "write.metadata.x == 1"), a_rule("strict", effect="quarantine", because="!")
    )
    assert (ruling.effect, codes(ruling)) == ("quarantine", ["rule_failed", "strict"])


def test_no_policy_lets_an_unscreened_write_through(codes):
    failed = a_finding("detector_failed", "quarantine", 1.0)
    ruling = ruled(a_rule("trusting", effect="approve", final=True), findings=[failed])
    assert (ruling.effect, codes(ruling)) == ("quarantine", ["detector_failed"])


@pytest.mark.parametrize(
    ("rules", "asked", "lives"),
    [
        ([], None, timedelta(days=180)),
        ([], timedelta(days=2), timedelta(days=2)),
        ([], timedelta(days=9000), timedelta(days=3650)),
        ([a_rule(ttl="400d")], None, timedelta(days=400)),
        ([a_rule(ttl="12h")], timedelta(days=2), timedelta(hours=12)),
        ([a_rule(ttl="12h")], timedelta(hours=2), timedelta(hours=2)),
        ([a_rule(ttl="12h"), a_rule("other", ttl="6h")], None, timedelta(hours=6)),
    ],
)
def test_a_rules_ttl_sets_the_life_and_caps_what_is_asked(rules, asked, lives):
    moment = now()
    asked_at = None if asked is None else moment + asked
    assert ruled(*rules).expires_at(asked=asked_at, at=moment) == moment + lives


def test_a_tier_goes_before_the_kind_and_what_is_not_named_is_the_default():
    lifetimes = {"kinds": {"fact": "30d"}, "tiers": {"episodic": "7d"}, "retention": "10d"}
    assert ruled(lifetimes=lifetimes).ttl == timedelta(days=30)
    assert ruled(lifetimes=lifetimes).retention == timedelta(days=10)
    episodic = {"tier": Tier.EPISODIC}
    assert ruled(lifetimes=lifetimes, write=episodic).ttl == timedelta(days=7)
    assert ruled(a_rule(retention="1d"), lifetimes=lifetimes).retention == timedelta(days=1)


@pytest.mark.parametrize(
    ("when", "asked"),
    [
        ("agent.kind == 'agent' && agent.trusted && agent.standing == 3", {"standing": 3}),
        ("write.content.contains('e-mail') && write.size == 28", {}),
        ("write.kind == 'fact' && write.tier == 'semantic'", {}),
        ("write.visibility == 'workspace'", {}),
        (
            "'b' in write.namespace && write.key == 'k'",
            {"write": {"namespace": ("b",), "key": "k"}},
        ),
        ("has(write.metadata.n) && write.metadata.n > 1", {"write": {"metadata": {"n": 2}}}),
        ("write.confidence == 1.0 && write.importance == 0.5", {}),
        ("write.confidence < 0.4", {"write": {"confidence": 0.3}}),
        ("write.run == 'r' && write.source == 's'", {"write": {"run": "r", "source": "s"}}),
        ("write.revision && write.signed", {"revision": True, "was_signed": True}),
        ("subject.id == 'c' && subject.known", {"write": {"subject": "c"}, "subject_known": True}),
        ("subject.held", {"subject_held": True}),
        ("write.contradicts != ''", {"contradicts": NOBODY.id}),
        ("findings.filter(f, f.weight > 0.4).size() == 1", {"findings": [a_finding()]}),
        ("agent.id.size() == 36", {}),
    ],
)
def test_a_rule_can_ask_about_everything_that_is_documented(when, asked):
    assert ruled(a_rule(when=when), **asked).effect == "review"
    otherwise = f"!({when})"
    assert ruled(a_rule(when=otherwise), **asked).effect == "approve"


def test_who_must_sign_is_told_before_the_write_is_read():
    rule = a_rule(when="!agent.trusted", effect=None, must_sign=True)
    policy = compile_policy(a_policy(rule), number=1)
    assert not must_sign(policy, NOBODY)
    assert must_sign(policy, replace(NOBODY, trusted=False))
    assert not must_sign(policy, replace(NOBODY, trusted=False, kind=ActorKind.USER))


def test_an_untrusted_person_counts_as_known():
    person = replace(NOBODY, trusted=False, kind=ActorKind.USER)
    asked = facts(actor=person)
    assert ruled(a_rule(when="!agent.trusted"), actor=asked.actor).effect == "approve"
