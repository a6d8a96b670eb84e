"""A tenant's policy over the API: save a version, try it on past writes, switch it on."""

from typing import Any

from django.db.models import Q
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from console.accounts.permissions import Permission
from console.api.idempotency import Answer, once
from console.api.paging import Order, page_of
from console.api.schema import page_shape, problems
from console.api.serializers import checked
from console.api.v1.base import TenantView
from console.api.v1.policy_shapes import (
    ActivationAnswer,
    ActivationBody,
    CurrentPolicy,
    DryRunAnswer,
    DryRunBody,
    PolicyAnswer,
    PolicyBody,
    PolicySummary,
    shown_activation,
    shown_current,
    shown_dry_run,
    shown_policy,
    shown_summary,
)
from console.api.v1.queries import NoQuery, PageQuery
from memory.actions import activate_policy, save_policy
from memory.models import SHIPPED
from memory.policies.dry_run import dry_run
from memory.policies.versions import (
    Sheet,
    latest_activation,
    number_in_force,
    sheet_for,
    visible_versions,
)

TAGS = ["policies"]


class PoliciesView(TenantView):
    needs = {"GET": Permission.POLICY_READ, "POST": Permission.POLICY_EDIT}

    @extend_schema(
        operation_id="policies_list",
        summary="List the versions of the policy",
        description="Those saved here, the newest first. Number 0, the one that ships, is always"
        " there beside them.",
        tags=TAGS,
        parameters=[PageQuery],
        responses={200: page_shape(PolicySummary), **problems()},
    )
    def get(self, request: Request) -> Response:
        asked = checked(PageQuery, request.query_params)
        page = page_of(
            visible_versions(self.actor),
            _highest_first(),
            cursor=asked.get("cursor"),
            limit=asked["limit"],
        )
        in_force = number_in_force()
        sheets = [Sheet(row.number, row.body, row) for row in page.rows]
        results = [shown_summary(sheet, in_force=in_force) for sheet in sheets]
        return Response({"results": results, "next_cursor": page.next_cursor})

    @extend_schema(
        operation_id="policies_save",
        summary="Save a version of the policy",
        description="It rules nothing until it is switched on. `errors` names every field that"
        " does not hold, as `rules.2.when`, with the line and column of a condition.",
        tags=TAGS,
        request=PolicyBody,
        responses={201: PolicyAnswer, **problems(400, 409, 413, 415)},
    )
    @once
    def post(self, request: Request) -> Answer:
        checked(NoQuery, request.query_params)
        asked = checked(PolicyBody, request.data)
        comment = asked.pop("comment", "")
        saved = save_policy(actor=self.actor, body=asked, comment=comment)
        sheet = sheet_for(self.actor, saved.number)
        return Answer(shown_policy(sheet, in_force=number_in_force()), 201)


class CurrentPolicyView(TenantView):
    needs = {"GET": Permission.POLICY_READ}

    @extend_schema(
        operation_id="policies_current",
        summary="The policy in force",
        description="With who switched it on, and when.",
        tags=TAGS,
        responses={200: CurrentPolicy, **problems()},
    )
    def get(self, request: Request) -> Response:
        checked(NoQuery, request.query_params)
        activation = latest_activation()
        sheet = sheet_for(self.actor, activation.number if activation else SHIPPED)
        return Response(shown_current(sheet, activation))


class PolicyView(TenantView):
    needs = {"GET": Permission.POLICY_READ}

    @extend_schema(
        operation_id="policies_read",
        summary="Read a version of the policy",
        tags=TAGS,
        responses={200: PolicyAnswer, **problems(404)},
    )
    def get(self, request: Request, number: int) -> Response:
        checked(NoQuery, request.query_params)
        sheet = sheet_for(self.actor, number)
        return Response(shown_policy(sheet, in_force=number_in_force()))


class PolicyDryRunView(TenantView):
    needs = {"POST": Permission.POLICY_READ}

    @extend_schema(
        operation_id="policies_dry_run",
        summary="Try a version on past writes",
        description="What it would have done with the last writes, beside what happened to them."
        " Changes nothing.",
        tags=TAGS,
        request=DryRunBody,
        responses={200: DryRunAnswer, **problems(400, 404, 413, 415)},
    )
    def post(self, request: Request, number: int) -> Response:
        checked(NoQuery, request.query_params)
        asked = checked(DryRunBody, request.data)
        sheet = sheet_for(self.actor, number)
        return Response(shown_dry_run(dry_run(sheet.compiled, writes=asked["writes"])))


class PolicyActivateView(TenantView):
    needs = {"POST": Permission.POLICY_EDIT}

    @extend_schema(
        operation_id="policies_activate",
        summary="Switch a version on",
        description="It rules from the next write on. What was in force before stays on record.",
        tags=TAGS,
        request=ActivationBody,
        responses={200: ActivationAnswer, **problems(400, 404, 409, 413, 415)},
    )
    @once
    def post(self, request: Request, number: int) -> Answer:
        checked(NoQuery, request.query_params)
        asked = checked(ActivationBody, request.data)
        sheet = sheet_for(self.actor, number, need=Permission.POLICY_EDIT)
        activation = activate_policy(
            actor=self.actor,
            version=sheet.row,
            instead_of=asked.get("instead_of"),
            comment=asked.get("comment", ""),
        )
        return Answer(shown_activation(activation))


def _highest_first() -> Order[Any]:
    return Order(("-number",), "i", lambda row: (row.number,), lambda last: Q(number__lt=last))
