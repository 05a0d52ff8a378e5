from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper


class Digits(models.Func):
    """A telephone number without the marks people write between its digits."""

    function = "translate"
    template = "%(function)s(%(expressions)s, ' +-()./', '')"
    output_field = models.TextField()


class Contact(models.Model):
    """A person or desk to reach about an account."""

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="contacts")
    name = models.TextField()
    role = models.TextField(blank=True, default="")
    email = models.TextField(blank=True, default="")
    phone = models.TextField(blank=True, default="")
    receives_bills = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(receives_bills=True) | ~models.Q(email=""),
                name="accounts_contact_needs_an_email_for_bills",
            )
        ]
        # For the office's search; the expressions stand again in payments/queries/customers.py.
        indexes = [
            GinIndex(
                OpClass(Upper("email"), name="gin_trgm_ops"),
                OpClass(Digits("phone"), name="gin_trgm_ops"),
                name="accounts_contact_search",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Location(models.Model):
    """A place where service is delivered to an account."""

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="locations")
    name = models.TextField(blank=True, default="")
    street = models.TextField()
    postcode = models.TextField(blank=True, default="")
    city = models.TextField(blank=True, default="")
    region = models.TextField(blank=True, default="")
    country = models.CharField(max_length=2, blank=True, default="")

    def __str__(self) -> str:
        return f"{self.street}, {self.city}"
