from django.urls import URLPattern, path, re_path

from console.api import otlp
from console.api.docs import DocsView, SchemaView
from console.api.unknown import unknown_address
from console.api.v1.agents import (
    AgentFreezeView,
    AgentsView,
    AgentThawView,
    AgentView,
    EveryAgentFreezeView,
    EveryAgentThawView,
)
from console.api.v1.audit_events import AuditEventsView, AuditEventView, AuditExportView
from console.api.v1.audit_log import (
    AuditLogView,
    CheckpointsView,
    CheckpointView,
    ConsistencyView,
    EventProofView,
)
from console.api.v1.batch import MemoryBatchView
from console.api.v1.decisions import DecisionsView
from console.api.v1.erasure_certificates import ErasureCertificateView
from console.api.v1.evidence import EvidencePackView, EvidenceView
from console.api.v1.heartbeats import HeartbeatsView
from console.api.v1.history import MemoryExpireView, MemoryRestoreView, MemoryVersionsView
from console.api.v1.holds import HoldsView, HoldView
from console.api.v1.influence import InfluenceView, MemoryInfluenceView
from console.api.v1.lifecycle_setting import LifecycleSettingView
from console.api.v1.memories import MemoriesView, MemoryView
from console.api.v1.merge import MemoryMergeView
from console.api.v1.outcomes import OutcomesView, RunOutcomesView
from console.api.v1.policies import (
    CurrentPolicyView,
    PoliciesView,
    PolicyActivateView,
    PolicyDryRunView,
    PolicyView,
)
from console.api.v1.quarantines import QuarantinesView
from console.api.v1.queues import QueuesView, QueueView
from console.api.v1.recall import RecallView
from console.api.v1.recall_setting import RecallSettingView
from console.api.v1.reconciliations import ReconciliationsView
from console.api.v1.retention import (
    RetentionConfirmView,
    RetentionReportsView,
    RetentionReportView,
    RetentionView,
)
from console.api.v1.review_decisions import (
    ReviewDecideView,
    ReviewDecisionsUndoView,
    ReviewDecisionsView,
    ReviewUndoView,
)
from console.api.v1.review_desk import (
    ReviewClaimView,
    ReviewEscalateView,
    ReviewHeartbeatView,
    ReviewNextView,
    ReviewReleaseView,
    ReviewSkipView,
)
from console.api.v1.reviews import ReviewsView, ReviewView
from console.api.v1.run_comparison import RunComparisonView
from console.api.v1.run_decisions import RunDecisionsView
from console.api.v1.run_export import RunExportView
from console.api.v1.runs import RunSpansView, RunsView, RunView
from console.api.v1.snapshots import SnapshotItemsView, SnapshotsView, SnapshotView
from console.api.v1.streams import (
    AnchorsView,
    StreamSecretView,
    StreamsView,
    StreamTestView,
    StreamView,
)
from console.api.v1.subject_request_moves import SubjectRequestMoveView
from console.api.v1.subject_requests import (
    ErasuresView,
    ErasureView,
    SubjectRequestsView,
    SubjectRequestView,
)
from console.api.v1.subjects import SubjectExportView
from console.api.v1.trace_replays import (
    TraceReplayPreviewView,
    TraceReplayStopView,
    TraceReplaysView,
    TraceReplayView,
)
from console.api.v1.trace_rules import (
    TraceMappingView,
    TracePricesView,
    TraceRedactionView,
    TraceRetentionView,
)
from console.api.v1.webhook_deliveries import (
    DeliveriesView,
    DeliveryView,
    WebhookReplayView,
    WebhookTestView,
)
from console.api.v1.webhooks import WebhookSecretView, WebhooksView, WebhookView

V1 = "api/v1/"

urlpatterns: list[URLPattern] = [
    path("v1/traces", otlp.export_traces),
    path("v1/logs", otlp.export_other, {"signal": "logs"}),
    path("v1/metrics", otlp.export_other, {"signal": "metrics"}),
    path("v1development/profiles", otlp.export_other, {"signal": "profiles"}),
    path(V1 + "memories", MemoriesView.as_view()),
    path(V1 + "memories/batch", MemoryBatchView.as_view()),
    path(V1 + "memories/merge", MemoryMergeView.as_view()),
    path(V1 + "memories/<str:memory_id>", MemoryView.as_view(), name="api-memory"),
    path(V1 + "memories/<str:memory_id>/versions", MemoryVersionsView.as_view()),
    path(V1 + "memories/<str:memory_id>/restore", MemoryRestoreView.as_view()),
    path(V1 + "memories/<str:memory_id>/expire", MemoryExpireView.as_view()),
    path(V1 + "memories/<str:memory_id>/influence", MemoryInfluenceView.as_view()),
    path(V1 + "influence", InfluenceView.as_view()),
    path(V1 + "quarantines", QuarantinesView.as_view()),
    path(V1 + "decisions", DecisionsView.as_view()),
    path(V1 + "recall", RecallView.as_view()),
    path(V1 + "reviews", ReviewsView.as_view()),
    path(V1 + "reviews/decisions", ReviewDecisionsView.as_view()),
    path(V1 + "reviews/decisions/<str:batch_id>/undo", ReviewDecisionsUndoView.as_view()),
    path(V1 + "reviews/next", ReviewNextView.as_view()),
    path(V1 + "reviews/<str:review_id>/claim", ReviewClaimView.as_view()),
    path(V1 + "reviews/<str:review_id>/heartbeat", ReviewHeartbeatView.as_view()),
    path(V1 + "reviews/<str:review_id>/release", ReviewReleaseView.as_view()),
    path(V1 + "reviews/<str:review_id>/skip", ReviewSkipView.as_view()),
    path(V1 + "reviews/<str:review_id>/escalate", ReviewEscalateView.as_view()),
    path(V1 + "reviews/<str:review_id>", ReviewView.as_view()),
    path(V1 + "reviews/<str:review_id>/decide", ReviewDecideView.as_view()),
    path(V1 + "reviews/<str:review_id>/undo", ReviewUndoView.as_view()),
    path(V1 + "runs", RunsView.as_view()),
    path(V1 + "runs/heartbeats", HeartbeatsView.as_view()),
    path(V1 + "runs/<str:run_id>", RunView.as_view()),
    path(V1 + "runs/<str:run_id>/export", RunExportView.as_view()),
    path(V1 + "runs/<str:run_id>/spans", RunSpansView.as_view()),
    path(V1 + "runs/<str:run_id>/decisions", RunDecisionsView.as_view()),
    path(V1 + "runs/<str:run_id>/comparison/<str:other_id>", RunComparisonView.as_view()),
    path(V1 + "snapshots", SnapshotsView.as_view()),
    path(V1 + "snapshots/<str:snapshot_id>", SnapshotView.as_view()),
    path(V1 + "snapshots/<str:snapshot_id>/items", SnapshotItemsView.as_view()),
    path(V1 + "runs/<str:run_id>/outcomes", RunOutcomesView.as_view()),
    path(V1 + "outcomes", OutcomesView.as_view()),
    path(V1 + "queues", QueuesView.as_view()),
    path(V1 + "queues/<str:queue_id>", QueueView.as_view()),
    path(V1 + "retention", RetentionView.as_view()),
    path(V1 + "retention/reports", RetentionReportsView.as_view()),
    path(V1 + "retention/reports/<str:report_id>", RetentionReportView.as_view()),
    path(V1 + "retention/reports/<str:report_id>/confirm", RetentionConfirmView.as_view()),
    path(V1 + "settings/lifecycle", LifecycleSettingView.as_view()),
    path(V1 + "settings/recall", RecallSettingView.as_view()),
    path(V1 + "settings/traces/mapping", TraceMappingView.as_view()),
    path(V1 + "settings/traces/redaction", TraceRedactionView.as_view()),
    path(V1 + "settings/traces/prices", TracePricesView.as_view()),
    path(V1 + "settings/traces/retention", TraceRetentionView.as_view()),
    path(V1 + "trace-replays", TraceReplaysView.as_view()),
    path(V1 + "trace-replays/preview", TraceReplayPreviewView.as_view()),
    path(V1 + "trace-replays/<str:replay_id>", TraceReplayView.as_view()),
    path(V1 + "trace-replays/<str:replay_id>/stop", TraceReplayStopView.as_view()),
    path(V1 + "holds", HoldsView.as_view()),
    path(V1 + "holds/<str:hold_id>", HoldView.as_view()),
    path(V1 + "agents", AgentsView.as_view()),
    path(V1 + "agents/freeze", EveryAgentFreezeView.as_view()),
    path(V1 + "agents/thaw", EveryAgentThawView.as_view()),
    path(V1 + "agents/<str:agent_id>", AgentView.as_view()),
    path(V1 + "agents/<str:agent_id>/freeze", AgentFreezeView.as_view()),
    path(V1 + "agents/<str:agent_id>/thaw", AgentThawView.as_view()),
    path(V1 + "subjects/export", SubjectExportView.as_view()),
    path(V1 + "erasure-requests", ErasuresView.as_view()),
    path(V1 + "erasure-requests/<str:erasure_id>", ErasureView.as_view()),
    path(V1 + "subject-requests", SubjectRequestsView.as_view()),
    path(V1 + "subject-requests/<str:request_id>", SubjectRequestView.as_view()),
    path(V1 + "subject-requests/<str:request_id>/transitions", SubjectRequestMoveView.as_view()),
    path(V1 + "subject-requests/<str:request_id>/certificate", ErasureCertificateView.as_view()),
    path(V1 + "policies", PoliciesView.as_view()),
    path(V1 + "policies/current", CurrentPolicyView.as_view()),
    path(V1 + "policies/<int:number>", PolicyView.as_view()),
    path(V1 + "policies/<int:number>/dry-run", PolicyDryRunView.as_view()),
    path(V1 + "policies/<int:number>/activate", PolicyActivateView.as_view()),
    path(V1 + "webhooks", WebhooksView.as_view()),
    path(V1 + "webhooks/<str:webhook_id>", WebhookView.as_view()),
    path(V1 + "webhooks/<str:webhook_id>/secret", WebhookSecretView.as_view()),
    path(V1 + "webhooks/<str:webhook_id>/test", WebhookTestView.as_view()),
    path(V1 + "webhooks/<str:webhook_id>/replay", WebhookReplayView.as_view()),
    path(V1 + "webhooks/<str:webhook_id>/deliveries", DeliveriesView.as_view()),
    path(V1 + "webhooks/<str:webhook_id>/deliveries/<str:delivery_id>", DeliveryView.as_view()),
    path(V1 + "audit/events", AuditEventsView.as_view()),
    path(V1 + "audit/events/export", AuditExportView.as_view()),
    path(V1 + "audit/events/<str:event_id>", AuditEventView.as_view()),
    path(V1 + "audit/reconciliations", ReconciliationsView.as_view()),
    path(V1 + "audit/evidence", EvidenceView.as_view()),
    path(V1 + "audit/evidence/pack", EvidencePackView.as_view()),
    path(V1 + "audit/anchors", AnchorsView.as_view()),
    path(V1 + "audit/streams", StreamsView.as_view()),
    path(V1 + "audit/streams/<str:stream_id>", StreamView.as_view()),
    path(V1 + "audit/streams/<str:stream_id>/secret", StreamSecretView.as_view()),
    path(V1 + "audit/streams/<str:stream_id>/test", StreamTestView.as_view()),
    path(V1 + "audit/events/<str:event_id>/proof", EventProofView.as_view()),
    path(V1 + "audit/log", AuditLogView.as_view()),
    path(V1 + "audit/checkpoints", CheckpointsView.as_view()),
    path(V1 + "audit/checkpoints/<int:number>", CheckpointView.as_view()),
    path(V1 + "audit/consistency", ConsistencyView.as_view()),
    path("api/schema/", SchemaView.as_view(), name="api-schema"),
    path("api/docs/", DocsView.as_view()),
    # Last: whatever else is asked for below /api.
    re_path(r"^api(?:/(.*))?$", unknown_address),
]
