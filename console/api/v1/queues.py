"""Review queues over the API: how soon each wants its items decided, and how it does."""

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from typing_extensions import override

from console.accounts.permissions import Permission
from console.api.fields import TextField
from console.api.idempotency import Answer, once
from console.api.schema import problems
from console.api.serializers import checked
from console.api.v1.answers import Shape, as_json
from console.api.v1.base import TenantView, identifier
from console.api.v1.numbers import Fields, NumbersBody
from console.api.v1.queries import NoQuery
from console.platform.errors import NotFoundError
from memory.actions import delete_queue, save_queue
from memory.models import ReviewQueue
from memory.reviews.figures import QueueFigures, figures_of
from memory.reviews.queues import queues_named
from memory.reviews.sla import QueueCounts, queue_counts

TAGS = ["settings"]
MAX_QUEUE_NAME = 60
MAX_DESCRIPTION = 500


class QueueBody(NumbersBody):
    """The whole queue: times in seconds by priority, shares of one. What is left out is usual."""

    numbers = QueueFigures

    @override
    def get_fields(self) -> Fields:
        name = TextField(
            max_length=MAX_QUEUE_NAME, allow_blank=True, help_text="'' is the general queue."
        )
        described = TextField(required=False, allow_blank=True, max_length=MAX_DESCRIPTION)
        return {"name": name, "description": described, **super().get_fields()}


class QueueAnswer(Shape):
    id = serializers.UUIDField(allow_null=True, help_text="null: nobody has configured it.")
    name = serializers.CharField(allow_blank=True)
    description = serializers.CharField(allow_blank=True)
    figures = serializers.DictField(child=serializers.FloatField())


class QueueStanding(QueueAnswer):
    open = serializers.IntegerField()
    claimed = serializers.IntegerField(help_text="Of these, in somebody's hands.")
    due_soon = serializers.IntegerField()
    breached = serializers.IntegerField(help_text="Past their time.")
    oldest = serializers.DateTimeField(allow_null=True)
    p50_seconds = serializers.FloatField(allow_null=True, help_text="Half have waited longer.")
    p95_seconds = serializers.FloatField(allow_null=True)


class QueuesAnswer(Shape):
    results = QueueStanding(many=True)


class QueuesView(TenantView):
    needs = {"GET": Permission.SETTINGS_READ, "POST": Permission.SETTINGS_MANAGE}

    @extend_schema(
        operation_id="queues_list",
        summary="Review queues and how they do",
        description="Those configured, those that the policy names, and those something waits in.",
        tags=TAGS,
        responses={200: QueuesAnswer, **problems()},
    )
    def get(self, request: Request) -> Response:
        checked(NoQuery, request.query_params)
        counts = queue_counts(self.actor)
        queues = queues_named([one.name for one in counts])
        return Response({"results": [_standing(queues[one.name], one) for one in counts]})

    @extend_schema(
        operation_id="queues_set",
        summary="Make or change a review queue",
        description="The one of that name, for what is opened from now on; what waits already keeps"
        " its time. The whole queue: what is left out is as usual.",
        tags=TAGS,
        request=QueueBody,
        responses={200: QueueAnswer, **problems(400, 409, 413, 415)},
    )
    @once
    def post(self, request: Request) -> Answer:
        checked(NoQuery, request.query_params)
        asked = checked(QueueBody, request.data)
        name, description = asked.pop("name"), asked.pop("description", "")
        queue = save_queue(
            actor=self.actor, name=name, description=description, figures=QueueFigures(**asked)
        )
        return Answer(as_json(QueueAnswer, _queue(queue)))


class QueueView(TenantView):
    needs = {"DELETE": Permission.SETTINGS_MANAGE}

    @extend_schema(
        operation_id="queues_delete",
        summary="Delete a review queue",
        description="Only one that nothing waits in and no rule of the policy names. The general"
        " one goes back to the usual times.",
        tags=TAGS,
        responses={204: OpenApiResponse(description="It is gone."), **problems(404, 409)},
    )
    def delete(self, request: Request, queue_id: str) -> Response:
        checked(NoQuery, request.query_params)
        queue = ReviewQueue.objects.filter(id=identifier(queue_id, noun="queue")).first()
        if queue is None:
            raise NotFoundError(queue_id, noun="queue")
        delete_queue(actor=self.actor, queue=queue)
        return Response(status=204)


def _queue(queue: ReviewQueue) -> dict[str, Any]:
    return {
        "id": queue.id if queue.is_configured else None,
        "name": queue.name,
        "description": queue.description,
        "figures": figures_of(queue).as_dict(),
    }


def _standing(queue: ReviewQueue, counts: QueueCounts) -> dict[str, Any]:
    return as_json(
        QueueStanding,
        _queue(queue)
        | {
            "open": counts.open,
            "claimed": counts.claimed,
            "due_soon": counts.due_soon,
            "breached": counts.breached,
            "oldest": counts.oldest,
            "p50_seconds": counts.p50.total_seconds() if counts.p50 else None,
            "p95_seconds": counts.p95.total_seconds() if counts.p95 else None,
        },
    )
