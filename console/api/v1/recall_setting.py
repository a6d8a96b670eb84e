from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from console.accounts.permissions import Permission
from console.api.fields import TextField
from console.api.idempotency import Answer, once
from console.api.schema import problems
from console.api.serializers import StrictSerializer, checked
from console.api.v1.base import TenantView
from console.api.v1.numbers import MAX_REASON, NumbersBody, SettingAnswer, shown_setting
from console.api.v1.queries import NoQuery
from memory.actions import set_recall_weights
from memory.models import RecallSetting
from memory.retrieval.weights import RecallWeights

TAGS = ["settings"]


class WeightsBody(NumbersBody):
    """What else than the query counts, and how much; one left out has its default."""

    numbers = RecallWeights


class RecallSettingBody(StrictSerializer):
    weights = WeightsBody()
    reason = TextField(required=False, allow_blank=True, max_length=MAX_REASON)


class RecallSettingAnswer(SettingAnswer):
    numbers = RecallWeights
    named = "weights"


class RecallSettingView(TenantView):
    needs = {"GET": Permission.SETTINGS_READ, "POST": Permission.SETTINGS_MANAGE}

    @extend_schema(
        operation_id="recall_setting_read",
        summary="How memories are ranked",
        tags=TAGS,
        responses={200: RecallSettingAnswer, **problems()},
    )
    def get(self, request: Request) -> Response:
        checked(NoQuery, request.query_params)
        return Response(shown_setting(RecallSettingAnswer, RecallSetting.in_force()))

    @extend_schema(
        operation_id="recall_setting_set",
        summary="Change how memories are ranked",
        description="From the next recall on. The whole setting: a weight left out has its"
        " default. What was in force before stays on record.",
        tags=TAGS,
        request=RecallSettingBody,
        responses={200: RecallSettingAnswer, **problems(400, 409, 413, 415)},
    )
    @once
    def post(self, request: Request) -> Answer:
        checked(NoQuery, request.query_params)
        asked = checked(RecallSettingBody, request.data)
        weights = RecallWeights(**asked["weights"])
        reason = asked.get("reason", "")
        setting = set_recall_weights(actor=self.actor, weights=weights, reason=reason)
        return Answer(shown_setting(RecallSettingAnswer, setting))
