from audit.models import AuditEvent
from memory.models import Memory, MemoryVersion, RecallIndex, State
from tests.cast import remember


def test_a_trusted_agents_ordinary_write_takes_effect_at_once(in_acme, robo):
    outcome = remember(robo, "Jonas prefers e-mail.", confidence=0.9, subject="customer-4711")
    memory = Memory.objects.get(id=outcome.id)
    assert memory.state == State.ACTIVE
    assert memory.subject.external_id == "customer-4711"
    assert MemoryVersion.objects.get(memory_id=memory.id).content == "Jonas prefers e-mail."
    assert RecallIndex.objects.filter(id=memory.id).exists()
    event = AuditEvent.objects.get(kind="memory.written")
    assert event.object_id == memory.id
    assert event.payload["state"] == "active"
