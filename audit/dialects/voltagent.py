"""VoltAgent, beside its GenAI names. https://voltagent.dev/observability-docs"""

from audit.dialects.dialect import Concept, Dialect

VOLTAGENT = Dialect(
    name="voltagent",
    concepts={
        Concept.AGENT: ("agent.name",),
        Concept.CONVERSATION: ("voltagent.conversation_id", "conversation.id"),
        Concept.SUBJECT: ("voltagent.user_id",),
    },
)
