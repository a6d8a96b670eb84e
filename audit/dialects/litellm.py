"""LiteLLM, which tells what each call cost. https://docs.litellm.ai/docs/observability"""

from audit.dialects.dialect import Concept, Dialect

LITELLM = Dialect(
    name="litellm",
    concepts={
        Concept.COST: ("gen_ai.cost.total_cost", "litellm.cost.total"),
        Concept.INPUT_COST: ("gen_ai.cost.input_cost",),
        Concept.OUTPUT_COST: ("gen_ai.cost.output_cost",),
    },
)
