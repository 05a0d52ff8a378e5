from __future__ import annotations

import uuid

from django.db import models
from django.db.models.functions import Now

from broadbill.kernel.protections import append_only


class Installation(models.Model):
    """Which Broadbill this is, among all there are: what is asked of others in its name is told apart by it.

    One row, made by whoever asks first and never changed. It lies in the database, so that a backup that is restored
    goes on as the same.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    name = models.UUIDField(default=uuid.uuid4)
    begun_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "installation"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="installation_is_one")]
        triggers = append_only(reason="what was asked in its name could be asked again under another")

    def __str__(self) -> str:
        return str(self.name)
