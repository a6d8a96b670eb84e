"""Vercel's AI SDK. https://ai-sdk.dev/docs/ai-sdk-core/telemetry

`ai.generateText` and its like enclose one `doGenerate` per step, and repeat the sum of their
tokens: they are the agent's turn, not a call of a model.
"""

from audit.dialects.dialect import Concept, Dialect, Op

METADATA = "ai.telemetry.metadata."

VERCEL_AI = Dialect(
    name="vercel_ai",
    kinds={
        "ai.operationId": {
            "ai.generateText": Op.AGENT,
            "ai.streamText": Op.AGENT,
            "ai.generateObject": Op.AGENT,
            "ai.streamObject": Op.AGENT,
            "ai.generateText.doGenerate": Op.MODEL,
            "ai.streamText.doStream": Op.MODEL,
            "ai.generateObject.doGenerate": Op.MODEL,
            "ai.streamObject.doStream": Op.MODEL,
            "ai.toolCall": Op.TOOL,
            "ai.embed": Op.WORKFLOW,
            "ai.embedMany": Op.WORKFLOW,
            "ai.embed.doEmbed": Op.EMBEDDING,
            "ai.embedMany.doEmbed": Op.EMBEDDING,
            "ai.rerank": Op.WORKFLOW,
            "ai.rerank.doRerank": Op.RETRIEVAL,
        },
    },
    concepts={
        Concept.AGENT: (METADATA + "agentName", METADATA + "agent"),
        Concept.CONVERSATION: (
            METADATA + "conversationId",
            METADATA + "threadId",
            METADATA + "chatId",
        ),
        Concept.SESSION: (METADATA + "sessionId",),
        Concept.SUBJECT: (METADATA + "userId",),
        Concept.TOOL: ("ai.toolCall.name",),
        Concept.MODEL: ("ai.response.model", "ai.model.id"),
        Concept.PROVIDER: ("ai.model.provider",),
        Concept.INPUT_TOKENS: ("ai.usage.inputTokens", "ai.usage.promptTokens", "ai.usage.tokens"),
        Concept.OUTPUT_TOKENS: ("ai.usage.outputTokens", "ai.usage.completionTokens"),
        Concept.CACHE_READ_TOKENS: (
            "ai.usage.inputTokenDetails.cacheReadTokens",
            "ai.usage.cachedInputTokens",
        ),
        Concept.CACHE_WRITE_TOKENS: (
            "ai.usage.inputTokenDetails.cacheWriteTokens",
            "ai.usage.cacheCreationInputTokens",
        ),
        Concept.ENTITY: ("ai.telemetry.functionId",),
        Concept.ARGUMENTS: ("ai.toolCall.args",),
        Concept.RESULT: ("ai.toolCall.result",),
    },
)
