"""Spring AI. https://docs.spring.io/spring-ai/reference/observability"""

from audit.dialects.dialect import Concept, Dialect, Op

SPRING_AI = Dialect(
    name="spring_ai",
    kinds={
        "spring.ai.kind": {
            "chat_client": Op.WORKFLOW,
            "advisor": Op.WORKFLOW,
            "chat_model": Op.MODEL,
            "embedding_model": Op.EMBEDDING,
            "tool_call": Op.TOOL,
            "vector_store": Op.RETRIEVAL,
        },
    },
    concepts={
        Concept.CONVERSATION: ("spring.ai.chat.client.conversation.id",),
        Concept.TOOL: ("spring.ai.tool.definition.name",),
        Concept.ARGUMENTS: ("spring.ai.tool.call.arguments",),
        Concept.RESULT: ("spring.ai.tool.call.result",),
    },
)
