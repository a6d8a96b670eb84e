from typing import ClassVar, Self

from django.db import models

from console.tenancy.models import ScopedManager
from console.tenancy.setting import Choice
from memory.models.subject_request import Law


class DeskSetting(Choice):
    """How a tenant runs its desk; the newest is in force (`memory.desk.setting`).

    `form_open`: whether anybody may ask by the public form. `cool_off_hours`: how long after its
    approval an erasure waits, so that somebody can still stop it. `form_words` stands on the form.
    """

    form_open = models.BooleanField(default=False)
    form_words = models.CharField(max_length=1000, blank=True)
    law = models.CharField(max_length=10, choices=Law, default=Law.GDPR)
    cool_off_hours = models.PositiveSmallIntegerField(default=24)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    audit_kind = "desk_setting"

    class Meta:
        indexes = [models.Index(fields=["tenant_id", "-id"], name="desk_setting_newest")]
