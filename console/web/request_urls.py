from django.urls import path

from console.web.views import certificate, desk_setting, privacy, request

REQUESTS = [
    path("requests/", request.request_list, name="request-list"),
    path("requests/new", request.request_receive, name="request-receive"),
    path("requests/<uuid:request_id>", request.request_detail, name="request-detail"),
    path("requests/<uuid:request_id>/progress", request.request_progress, name="request-progress"),
    path("requests/<uuid:request_id>/code", request.request_code, name="request-code"),
    path("requests/<uuid:request_id>/link", request.request_hand_over, name="request-hand-over"),
    path("requests/<uuid:request_id>/copy", request.request_copy, name="request-copy"),
    path(
        "requests/<uuid:request_id>/rectify/<uuid:memory_id>",
        request.request_rectify,
        name="request-rectify",
    ),
    path(
        "requests/<uuid:request_id>/certificate",
        certificate.certificate,
        name="request-certificate",
    ),
    path(
        "requests/<uuid:request_id>/certificate.note",
        certificate.certificate_note,
        name="request-certificate-note",
    ),
    path(
        "requests/<uuid:request_id>/certificate.json",
        certificate.certificate_json,
        name="request-certificate-json",
    ),
    path("requests/<uuid:request_id>/<slug:deed>", request.request_do, name="request-do"),
    path("subjects/<uuid:subject_id>/request", request.request_receive, name="subject-request"),
    path("settings/desk/", desk_setting.desk_setting, name="desk-setting"),
    path("privacy/copy/<str:text>", privacy.privacy_copy, name="privacy-copy"),
    path("privacy/<slug:slug>/", privacy.privacy_form, name="privacy-form"),
    path("privacy/<slug:slug>/code", privacy.privacy_code, name="privacy-code"),
]
