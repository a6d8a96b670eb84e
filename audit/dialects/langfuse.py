"""Langfuse's SDKs. https://langfuse.com/integrations/native/opentelemetry#property-mapping

`span` and `event` say nothing of what a step is, so that another convention on it is believed.
"""

from audit.dialects.dialect import Concept, Dialect, Op

OBSERVATION = "langfuse.observation."

LANGFUSE = Dialect(
    name="langfuse",
    kinds={
        OBSERVATION + "type": {
            "generation": Op.MODEL,
            "embedding": Op.EMBEDDING,
            "agent": Op.AGENT,
            "tool": Op.TOOL,
            "retriever": Op.RETRIEVAL,
            "chain": Op.WORKFLOW,
            "span": Op.OTHER,
            "event": Op.OTHER,
            "guardrail": Op.OTHER,
            "evaluator": Op.OTHER,
        },
    },
    hints={OBSERVATION + "model.name": Op.MODEL},
    concepts={
        Concept.SESSION: ("langfuse.session.id",),
        Concept.SUBJECT: ("langfuse.user.id",),
        Concept.MODEL: (OBSERVATION + "model.name",),
        Concept.USAGE: (OBSERVATION + "usage_details",),
        Concept.COSTS: (OBSERVATION + "cost_details",),
        Concept.ARGUMENTS: (OBSERVATION + "input",),
        Concept.RESULT: (OBSERVATION + "output",),
        Concept.FAILED: (OBSERVATION + "level",),
    },
)
