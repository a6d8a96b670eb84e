from django.apps import AppConfig


class AccessReviewConfig(AppConfig):
    name = "console.access_review"
    label = "access_review"
