from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.fields import Field
from rest_framework.request import Request
from rest_framework.response import Response
from typing_extensions import override

from console.accounts.permissions import Permission
from console.api.fields import NumberField, TextField
from console.api.idempotency import Answer, once
from console.api.schema import problems
from console.api.serializers import StrictSerializer, checked
from console.api.v1.answers import Author, Shape, as_json
from console.api.v1.base import TenantView
from console.api.v1.queries import NoQuery
from memory.actions import set_recall_weights
from memory.models import RecallSetting
from memory.retrieval.setting import setting_in_force, weights_of
from memory.retrieval.weights import DEFAULT_WEIGHTS, RecallWeights

TAGS = ["settings"]
MAX_REASON = 200


class WeightsBody(StrictSerializer):
    """What else than the query counts, and how much; one left out has its default."""

    @override
    def get_fields(self) -> dict[str, Field[Any, Any, Any, Any]]:
        usual = DEFAULT_WEIGHTS.as_dict()
        return {
            name: NumberField(
                required=False,
                min_value=low,
                max_value=high,
                help_text=f"By default {usual[name]:g}.",
            )
            for name, (low, high) in RecallWeights.bounds().items()
        }


class RecallSettingBody(StrictSerializer):
    weights = WeightsBody()
    reason = TextField(required=False, allow_blank=True, max_length=MAX_REASON)


class RecallSettingAnswer(Shape):
    weights = serializers.DictField(child=serializers.FloatField())
    defaults = serializers.DictField(child=serializers.FloatField())
    set_at = serializers.DateTimeField(allow_null=True, help_text="null: the defaults hold.")
    set_by = Author(allow_null=True)
    reason = serializers.CharField(allow_null=True)


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
        return Response(shown_setting(setting_in_force()))

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
        return Answer(
            shown_setting(set_recall_weights(actor=self.actor, weights=weights, reason=reason))
        )


def shown_setting(setting: RecallSetting | None) -> dict[str, Any]:
    author = setting and {
        "kind": setting.set_by_kind,
        "id": setting.set_by_id,
        "label": setting.set_by_label,
    }
    return as_json(
        RecallSettingAnswer,
        {
            "weights": weights_of(setting).as_dict(),
            "defaults": DEFAULT_WEIGHTS.as_dict(),
            "set_at": setting and setting.set_at,
            "set_by": author,
            "reason": (setting and setting.reason) or None,
        },
    )
