from django.db import models

from console.tenancy.models import ScopedManager
from console.tenancy.scope import current_tenant_id


class LogTile(models.Model):
    """Up to 256 hashes of the tree, side by side, as in C2SP tlog-tiles; only ever extended.

    Those of level L and number N are of the perfect subtrees of 256^L leaves, from the one with
    number 256·N on. https://c2sp.org/tlog-tiles
    """

    pk = models.CompositePrimaryKey("tenant_id", "level", "number")
    tenant_id = models.UUIDField(default=current_tenant_id, editable=False)
    level = models.SmallIntegerField()
    number = models.BigIntegerField()
    hashes = models.BinaryField(max_length=256 * 32)

    objects = ScopedManager["LogTile"]()
