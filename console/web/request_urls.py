from django.urls import path

from console.web.views import request

REQUESTS = [
    path("requests/", request.request_list, name="request-list"),
    path("requests/new", request.request_receive, name="request-receive"),
    path("requests/<uuid:request_id>", request.request_detail, name="request-detail"),
    path("requests/<uuid:request_id>/approve", request.request_approve, name="request-approve"),
    path("requests/<uuid:request_id>/refuse", request.request_refuse, name="request-refuse"),
    path("requests/<uuid:request_id>/withdraw", request.request_withdraw, name="request-withdraw"),
    path(
        "requests/<uuid:request_id>/carry-out",
        request.request_carry_out,
        name="request-carry-out",
    ),
    path("subjects/<uuid:subject_id>/request", request.request_receive, name="subject-request"),
]
