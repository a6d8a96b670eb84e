"""Which reasons are codes: those of ours, and no word of anybody's."""

from audit.models import AuditEvent
from audit.reasons import REASONS
from memory.actions import retire_memory
from memory.models import MemoryTransition
from memory.reviews.reasons import DecisionReason
from memory.reviews.skipping import SkipReason
from tests.cast import a_memory


def test_every_reason_that_people_choose_from_is_a_code():
    assert {*DecisionReason.values, *SkipReason.values} <= REASONS


def test_a_name_that_looks_like_a_code_is_words_and_can_be_blanked(in_acme, alice, robo):
    for reason in ("outdated", "jonas_weber"):
        retire_memory(actor=alice.actor, memory=a_memory(robo, f"{reason}."), reason=reason)
    told = AuditEvent.objects.filter(kind="memory.retired").order_by("id")
    assert [(one.reason, one.note) for one in told] == [("outdated", ""), ("", "jonas_weber")]
    assert MemoryTransition.objects.filter(reason="jonas_weber").count() == 1
