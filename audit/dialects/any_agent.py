"""Mozilla's any-agent. https://github.com/mozilla-ai/any-agent (tracing/attributes.py)

GenAI names, a call of its own for the model, and what each call cost.
"""

from audit.dialects.dialect import Concept, Dialect, Op
from audit.dialects.otel_genai import OPERATION

ANY_AGENT = Dialect(
    name="any_agent",
    kinds={OPERATION: {"call_llm": Op.MODEL}},
    concepts={
        Concept.INPUT_COST: ("gen_ai.usage.input_cost",),
        Concept.OUTPUT_COST: ("gen_ai.usage.output_cost",),
        Concept.ARGUMENTS: ("gen_ai.tool.args",),
        Concept.RESULT: ("gen_ai.output",),
    },
)
