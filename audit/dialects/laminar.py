"""Laminar. https://github.com/lmnr-ai/lmnr-python (opentelemetry_lib/tracing/attributes.py)"""

from audit.dialects.dialect import Concept, Dialect, Op

ASSOCIATION = "lmnr.association.properties."

LAMINAR = Dialect(
    name="laminar",
    kinds={
        "lmnr.span.type": {
            "LLM": Op.MODEL,
            "CACHED": Op.MODEL,
            "TOOL": Op.TOOL,
            "PIPELINE": Op.WORKFLOW,
            "EXECUTOR": Op.WORKFLOW,
            "EVALUATOR": Op.OTHER,
            "HUMAN_EVALUATOR": Op.APPROVAL,
            "DEFAULT": Op.OTHER,
        },
    },
    concepts={
        Concept.SESSION: (ASSOCIATION + "session_id",),
        Concept.SUBJECT: (ASSOCIATION + "user_id",),
        Concept.COST: ("gen_ai.usage.cost",),
        Concept.INPUT_COST: ("gen_ai.usage.input_cost",),
        Concept.OUTPUT_COST: ("gen_ai.usage.output_cost",),
        Concept.ARGUMENTS: ("lmnr.span.input",),
        Concept.RESULT: ("lmnr.span.output",),
    },
)
