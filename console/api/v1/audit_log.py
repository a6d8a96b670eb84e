"""The audit log for whoever checks it: its checkpoints, and proofs about them."""

from typing import Any

from django.db.models import Q
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit.event_filter import event_of
from audit.models import Checkpoint
from audit.proof.checkpoints import signers
from audit.proof.notes import origin_of
from audit.proof.proofs import consistency, inclusion_of
from audit.proof.states import log_state
from console.accounts.permissions import Permission
from console.api.paging import Order, page_of
from console.api.schema import page_shape, problems
from console.api.serializers import checked
from console.api.v1.audit_log_shapes import (
    CheckpointAnswer,
    ConsistencyAnswer,
    ConsistencyQuery,
    LogAnswer,
    ProofAnswer,
    shown_checkpoints,
    shown_consistency,
    shown_log,
    shown_proof,
)
from console.api.v1.base import TenantView, identifier
from console.api.v1.queries import NoQuery, PageQuery
from console.platform.errors import NotFoundError

TAGS = ["audit"]


class AuditLogView(TenantView):
    needs = {"GET": Permission.AUDIT_READ}

    @extend_schema(
        operation_id="audit_log_read",
        summary="The state of the audit log",
        description="Events are recorded with their change, get their place in the log a second"
        " later, and are under a signed checkpoint that is kept elsewhere within a minute.",
        tags=TAGS,
        responses={200: LogAnswer, **problems()},
    )
    def get(self, request: Request) -> Response:
        checked(NoQuery, request.query_params)
        return Response(shown_log(log_state(), origin=origin_of(self.actor.tenant_id), keys=keys()))


class CheckpointsView(TenantView):
    needs = {"GET": Permission.AUDIT_READ}

    @extend_schema(
        operation_id="audit_checkpoints_list",
        summary="List checkpoints",
        description="The newest first.",
        tags=TAGS,
        parameters=[PageQuery],
        responses={200: page_shape(CheckpointAnswer), **problems()},
    )
    def get(self, request: Request) -> Response:
        asked = checked(PageQuery, request.query_params)
        page = page_of(
            Checkpoint.objects.all(),
            _highest_first(),
            cursor=asked.get("cursor"),
            limit=asked["limit"],
        )
        return Response({"results": shown_checkpoints(page.rows), "next_cursor": page.next_cursor})


class CheckpointView(TenantView):
    needs = {"GET": Permission.AUDIT_READ}

    @extend_schema(
        operation_id="audit_checkpoints_read",
        summary="Read a checkpoint",
        tags=TAGS,
        responses={200: CheckpointAnswer, **problems(404)},
    )
    def get(self, request: Request, number: int) -> Response:
        checked(NoQuery, request.query_params)
        found = Checkpoint.objects.filter(number=number).first()
        if found is None:
            raise NotFoundError(number, noun="checkpoint")
        return Response(shown_checkpoints([found])[0])


class EventProofView(TenantView):
    needs = {"GET": Permission.AUDIT_READ}

    @extend_schema(
        operation_id="audit_events_prove",
        summary="Prove an audit event",
        description="That it is in the log, under the newest checkpoint. `not_sealed` (409) where"
        " no checkpoint covers it yet: ask again in a minute.",
        tags=TAGS,
        responses={200: ProofAnswer, **problems(404, 409)},
    )
    def get(self, request: Request, event_id: str) -> Response:
        checked(NoQuery, request.query_params)
        event = event_of(identifier(event_id, noun="event"))
        return Response(shown_proof(event, inclusion_of(event.id), keys()))


class ConsistencyView(TenantView):
    needs = {"GET": Permission.AUDIT_READ}

    @extend_schema(
        operation_id="audit_consistency_prove",
        summary="Prove that the log only grew",
        description="Between two sizes, such as those of two checkpoints.",
        tags=TAGS,
        parameters=[ConsistencyQuery],
        responses={200: ConsistencyAnswer, **problems()},
    )
    def get(self, request: Request) -> Response:
        asked = checked(ConsistencyQuery, request.query_params)
        return Response(shown_consistency(consistency(asked["from"], asked["to"])))


def keys() -> list[str]:
    return [signer.vkey for signer in signers()]


def _highest_first() -> Order[Any]:
    return Order(("-number",), "q", lambda row: (row.number,), lambda last: Q(number__lt=last))
