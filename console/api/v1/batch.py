from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from audit.trail import record_refusal
from console.accounts.permissions import Permission
from console.api.idempotency import Answer, once
from console.api.problems import members_of
from console.api.schema import FieldError, problems
from console.api.serializers import checked
from console.api.v1.answers import WriteAnswer, written
from console.api.v1.base import TenantView
from console.api.v1.memory_bodies import MemoryBatch, MemoryWrite
from console.api.v1.queries import NoQuery
from console.api.v1.signing import apart
from console.api.v1.writing import write_from
from console.platform.errors import DomainError
from memory.actions import write_memories
from memory.proposals import WriteOutcome
from memory.writes import Write


class BatchItem(WriteAnswer):
    """As a single write's answer, or, for one that was refused, as its problem."""

    status = serializers.IntegerField(help_text="What a single write would have answered.")
    code = serializers.CharField(required=False)
    title = serializers.CharField(required=False)
    detail = serializers.CharField(required=False)
    errors = FieldError(many=True, required=False)  # type: ignore[assignment]


class BatchAnswer(serializers.Serializer[Any]):
    results = BatchItem(many=True, help_text="In the order sent.")


class MemoryBatchView(TenantView):
    needs = {"POST": Permission.MEMORY_WRITE}

    @extend_schema(
        operation_id="memories_write_batch",
        summary="Write several memories",
        description="Each is written as by itself: one that is refused does not stop the others.",
        tags=["memories"],
        request=MemoryBatch,
        responses={200: BatchAnswer, **problems(400, 409, 413, 415)},
    )
    @once
    def post(self, request: Request) -> Answer:
        checked(NoQuery, request.query_params)
        items = checked(MemoryBatch, request.data)["memories"]
        read = [_read(item) for item in items]
        writes = [write for write in read if isinstance(write, Write)]
        answers = iter(write_memories(actor=self.actor, writes=writes).results)
        results = [next(answers) if isinstance(one, Write) else one for one in read]
        return Answer({"results": [self._told(result) for result in results]})

    def _told(self, result: WriteOutcome | DomainError) -> dict[str, Any]:
        if isinstance(result, DomainError):
            record_refusal(actor=self.actor, error=result, door=self.door)
            return members_of(result)
        return written(result) | {"status": 202 if result.review else 201}


def _read(item: Any) -> Write | DomainError:
    try:
        body, signed = apart(item)
        return write_from(checked(MemoryWrite, body), signed)
    except DomainError as error:
        return error
