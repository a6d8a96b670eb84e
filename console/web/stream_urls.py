"""Where the audit log is sent to."""

from django.urls import path

from console.web.views import stream

ROOT = "settings/audit-streams/"

STREAMS = [
    path(ROOT, stream.stream_list, name="stream-list"),
    path(ROOT + "new", stream.stream_create, name="stream-create"),
    path(ROOT + "<uuid:stream_id>", stream.stream_detail, name="stream-detail"),
    path(ROOT + "<uuid:stream_id>/edit", stream.stream_edit, name="stream-edit"),
    path(ROOT + "<uuid:stream_id>/renew", stream.stream_renew, name="stream-renew"),
    path(ROOT + "<uuid:stream_id>/delete", stream.stream_delete, name="stream-delete"),
    path(ROOT + "<uuid:stream_id>/test", stream.stream_test, name="stream-test"),
    path(ROOT + "<uuid:stream_id>/pause", stream.stream_pause, name="stream-pause"),
    path(ROOT + "<uuid:stream_id>/resume", stream.stream_resume, name="stream-resume"),
]
