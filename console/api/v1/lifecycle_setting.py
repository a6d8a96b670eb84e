from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.fields import Field
from rest_framework.request import Request
from rest_framework.response import Response
from typing_extensions import override

from console.accounts.permissions import Permission
from console.api.fields import NumberField, TextField, WholeNumberField
from console.api.idempotency import Answer, once
from console.api.schema import problems
from console.api.serializers import StrictSerializer, checked
from console.api.v1.answers import Author, Shape, as_json
from console.api.v1.base import TenantView
from console.api.v1.queries import NoQuery
from memory.actions import set_lifecycle_rules
from memory.keeping.rules import BOUNDS, LifecycleRules
from memory.keeping.setting import rules_of, setting_in_force
from memory.models import LifecycleSetting

TAGS = ["settings"]
MAX_REASON = 200


class RulesBody(StrictSerializer):
    """How memories are kept and let go; a rule left out has its default."""

    @override
    def get_fields(self) -> dict[str, Field[Any, Any, Any, Any]]:
        usual = LifecycleRules().as_dict()
        fields: dict[str, Field[Any, Any, Any, Any]] = {}
        for name, (least, most) in BOUNDS.items():
            number: Any = WholeNumberField if LifecycleRules.is_whole(name) else NumberField
            fields[name] = number(
                required=False,
                min_value=least,
                max_value=most,
                help_text=f"By default {usual[name]:g}.",
            )
        return fields


class LifecycleSettingBody(StrictSerializer):
    rules = RulesBody()
    reason = TextField(required=False, allow_blank=True, max_length=MAX_REASON)


class LifecycleSettingAnswer(Shape):
    rules = serializers.DictField(child=serializers.FloatField())
    defaults = serializers.DictField(child=serializers.FloatField())
    set_at = serializers.DateTimeField(allow_null=True, help_text="null: the defaults hold.")
    set_by = Author(allow_null=True)
    reason = serializers.CharField(allow_null=True)


class LifecycleSettingView(TenantView):
    needs = {"GET": Permission.SETTINGS_READ, "POST": Permission.SETTINGS_MANAGE}

    @extend_schema(
        operation_id="lifecycle_setting_read",
        summary="How memories are kept and let go",
        tags=TAGS,
        responses={200: LifecycleSettingAnswer, **problems()},
    )
    def get(self, request: Request) -> Response:
        checked(NoQuery, request.query_params)
        return Response(shown_setting(setting_in_force()))

    @extend_schema(
        operation_id="lifecycle_setting_set",
        summary="Change how memories are kept and let go",
        description="From the next sweep on. The whole setting: a rule left out has its default."
        " What was in force before stays on record.",
        tags=TAGS,
        request=LifecycleSettingBody,
        responses={200: LifecycleSettingAnswer, **problems(400, 409, 413, 415)},
    )
    @once
    def post(self, request: Request) -> Answer:
        checked(NoQuery, request.query_params)
        asked = checked(LifecycleSettingBody, request.data)
        rules = LifecycleRules(**asked["rules"])
        reason = asked.get("reason", "")
        return Answer(
            shown_setting(set_lifecycle_rules(actor=self.actor, rules=rules, reason=reason))
        )


def shown_setting(setting: LifecycleSetting | None) -> dict[str, Any]:
    author = setting and {
        "kind": setting.set_by_kind,
        "id": setting.set_by_id,
        "label": setting.set_by_label,
    }
    return as_json(
        LifecycleSettingAnswer,
        {
            "rules": rules_of(setting).as_dict(),
            "defaults": LifecycleRules().as_dict(),
            "set_at": setting and setting.set_at,
            "set_by": author,
            "reason": (setting and setting.reason) or None,
        },
    )
