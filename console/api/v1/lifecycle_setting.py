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
from memory.actions import set_lifecycle_rules
from memory.keeping.rules import LifecycleRules
from memory.models import LifecycleSetting

TAGS = ["settings"]


class RulesBody(NumbersBody):
    """How memories are kept and let go; a rule left out has its default."""

    numbers = LifecycleRules


class LifecycleSettingBody(StrictSerializer):
    rules = RulesBody()
    reason = TextField(required=False, allow_blank=True, max_length=MAX_REASON)


class LifecycleSettingAnswer(SettingAnswer):
    numbers = LifecycleRules
    named = "rules"


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
        return Response(shown_setting(LifecycleSettingAnswer, LifecycleSetting.in_force()))

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
        setting = set_lifecycle_rules(actor=self.actor, rules=rules, reason=reason)
        return Answer(shown_setting(LifecycleSettingAnswer, setting))
