from __future__ import annotations

from django.db import models


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
