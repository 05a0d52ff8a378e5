from __future__ import annotations

from django.conf import settings
from django.db import models


class Viewer(models.Model):
    """Who may see an account in the portal. No row, no sight of it."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="viewers")
    # Whether the accounts under this one are seen as well.
    sees_children = models.BooleanField(default=False)
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "account"], name="accounts_viewer_sees_an_account_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} sees {self.account_id}"
