"""The pages of runs, and of the settings of traces. Part of `console.web.urls`."""

from django.urls import path

from console.web import converters  # noqa: F401
from console.web.views import (
    run,
    run_comparison,
    run_decisions,
    run_export,
    run_list,
    run_step,
    saved_view,
    trace_replay,
    trace_rules,
)

RUNS = [
    path("runs/facets", run_list.run_facets, name="run-facets"),
    path("runs/newer", run_list.run_newer, name="run-newer"),
    path("runs/views/save", saved_view.run_view_save, name="run-view-save"),
    path("runs/", run_list.run_list, name="run-list"),
    path("runs/<uuid:run_id>", run.run_detail, name="run-detail"),
    path("runs/<uuid:run_id>/steps.json", run.run_steps, name="run-steps"),
    path("runs/<uuid:run_id>/time", run.run_time, name="run-time"),
    path("runs/<uuid:run_id>/steps.json", run.run_steps, name="run-steps"),
    path("runs/<uuid:run_id>/compare", run_comparison.run_compare, name="run-compare"),
    path(
        "runs/<uuid:run_id>/compare/<uuid:other_id>",
        run_comparison.run_comparison,
        name="run-comparison",
    ),
    path("runs/<uuid:run_id>/decisions", run_decisions.run_decisions, name="run-decisions"),
    path(
        "runs/<uuid:run_id>/decisions/reveal",
        run_decisions.run_decisions_reveal,
        name="run-decisions-reveal",
    ),
    path("runs/<uuid:run_id>/export", run_export.run_export, name="run-export"),
    path("runs/<uuid:run_id>/outcome", run.run_outcome, name="run-outcome"),
    path(
        "runs/<uuid:run_id>/<trace_id:trace_id>/<span_id:span_id>",
        run_step.run_span,
        name="run-span",
    ),
    path(
        "runs/<uuid:run_id>/<trace_id:trace_id>/<span_id:span_id>/reveal",
        run_step.run_span_reveal,
        name="run-span-reveal",
    ),
]
TRACES = [
    path("settings/traces/", trace_rules.trace_rules, name="trace-setting"),
    path("settings/traces/redaction/try", trace_rules.trace_rules_try, name="trace-rules-try"),
    path("settings/traces/replay", trace_replay.trace_replay, name="trace-replay"),
    path("settings/traces/replay/stop", trace_replay.trace_replay_stop, name="trace-replay-stop"),
    path("settings/traces/<str:kind>", trace_rules.trace_rules, name="trace-rules"),
    path("settings/traces/<str:kind>/new", trace_rules.trace_rule_edit, name="trace-rule-add"),
    path(
        "settings/traces/<str:kind>/switch",
        trace_rules.trace_rules_switch,
        name="trace-rules-switch",
    ),
    path(
        "settings/traces/<str:kind>/<int:at>", trace_rules.trace_rule_edit, name="trace-rule-edit"
    ),
    path(
        "settings/traces/<str:kind>/<int:at>/remove",
        trace_rules.trace_rule_remove,
        name="trace-rule-remove",
    ),
]
