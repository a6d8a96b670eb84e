"""The browser's pages. Every one needs a sign-in: the middleware sees to that."""

from django.urls import path

from console.web import converters  # noqa: F401
from console.web.views import (
    audit,
    hold,
    key,
    memory,
    overview,
    policy,
    recall_setting,
    review,
    run,
    signing_key,
    snapshot,
    tenant,
)

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("tenant/", tenant.tenant_switch, name="tenant-switch"),
    path("review/", review.review_list, name="review-list"),
    path("review/<uuid:review_id>", review.review_detail, name="review-detail"),
    path("review/<uuid:review_id>/decide", review.review_decide, name="review-decide"),
    path("memories/", memory.memory_list, name="memory-list"),
    path("memories/<uuid:memory_id>", memory.memory_detail, name="memory-detail"),
    path("memories/<uuid:memory_id>/revise", memory.memory_revise, name="memory-revise"),
    path("memories/<uuid:memory_id>/expire", memory.memory_expire, name="memory-expire"),
    path("memories/<uuid:memory_id>/delete", memory.memory_delete, name="memory-delete"),
    path(
        "memories/<uuid:memory_id>/versions/<int:number>/restore",
        memory.memory_restore,
        name="memory-restore",
    ),
    path("runs/", run.run_list, name="run-list"),
    path("runs/<uuid:run_id>", run.run_detail, name="run-detail"),
    path("runs/<uuid:run_id>/outcome", run.run_outcome, name="run-outcome"),
    path("runs/<uuid:run_id>/<trace_id:trace_id>/<span_id:span_id>", run.run_span, name="run-span"),
    path("audit/", audit.audit_list, name="audit-list"),
    path("holds/", hold.hold_list, name="hold-list"),
    path("holds/new", hold.hold_place, name="hold-place"),
    path("holds/<uuid:hold_id>/release", hold.hold_release, name="hold-release"),
    path("snapshots/", snapshot.snapshot_list, name="snapshot-list"),
    path("snapshots/new", snapshot.snapshot_create, name="snapshot-create"),
    path("snapshots/<uuid:snapshot_id>", snapshot.snapshot_detail, name="snapshot-detail"),
    path("snapshots/<uuid:snapshot_id>/recall", snapshot.snapshot_recall, name="snapshot-recall"),
    path("snapshots/<uuid:snapshot_id>/delete", snapshot.snapshot_delete, name="snapshot-delete"),
    path("policies/", policy.policy_list, name="policy-list"),
    path("policies/<int:number>", policy.policy_detail, name="policy-detail"),
    path("policies/<int:number>/edit", policy.policy_edit, name="policy-edit"),
    path("policies/<int:number>/try", policy.policy_try, name="policy-try"),
    path("settings/keys/", key.key_list, name="key-list"),
    path("settings/keys/new", key.key_create, name="key-create"),
    path("settings/keys/<uuid:key_id>/revoke", key.key_revoke, name="key-revoke"),
    path("settings/signing-keys/new", signing_key.signing_key_create, name="signing-key-create"),
    path(
        "settings/signing-keys/<uuid:key_id>/rotate",
        signing_key.signing_key_rotate,
        name="signing-key-rotate",
    ),
    path(
        "settings/signing-keys/<uuid:key_id>/revoke",
        signing_key.signing_key_revoke,
        name="signing-key-revoke",
    ),
    path("settings/recall/", recall_setting.recall_setting, name="recall-setting"),
    path(
        "settings/recall/defaults",
        recall_setting.recall_setting_reset,
        name="recall-setting-reset",
    ),
]
