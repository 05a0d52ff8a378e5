from __future__ import annotations

from django.db import models

from broadbill.kernel.protections import append_only


class Provider(models.Model):
    """Who bills: what every document says of the seller. Append-only; the latest version is in force."""

    id = models.BigAutoField(primary_key=True)
    name = models.TextField()
    legal_name = models.TextField(blank=True, default="")
    street = models.TextField(blank=True, default="")
    postcode = models.TextField(blank=True, default="")
    city = models.TextField(blank=True, default="")
    region = models.TextField(blank=True, default="")
    country = models.CharField(max_length=2, blank=True, default="")
    tax_id = models.TextField(blank=True, default="")
    email = models.TextField(blank=True, default="")
    phone = models.TextField(blank=True, default="")
    website = models.TextField(blank=True, default="")
    iban = models.TextField(blank=True, default="")
    bic = models.TextField(blank=True, default="")
    # Who collects by SEPA direct debit: attribute AT-02 of the scheme.
    creditor_id = models.TextField(blank=True, default="")
    # Who collects by ACH: our bank's routing number and name, the number that it knows our files by, and the company
    # identification of our batches.
    ach_routing = models.TextField(blank=True, default="")
    ach_bank_name = models.TextField(blank=True, default="")
    ach_origin = models.TextField(blank=True, default="")
    ach_company_id = models.TextField(blank=True, default="")
    # An SVG drawing, printed at the head of documents.
    logo = models.TextField(blank=True, default="")
    brand_hue = models.PositiveSmallIntegerField(default=262)
    paper = models.TextField(choices=[("a4", "A4"), ("letter", "Letter")], default="a4")
    # What a new account gets unless something else is said.
    currency = models.CharField(max_length=3, default="EUR")
    timezone = models.TextField(default="UTC")
    language = models.TextField(default="en")
    terms_days = models.PositiveSmallIntegerField(default=14)
    recorded_at = models.DateTimeField()

    class Meta:
        triggers = append_only(reason="a change of the provider's details is a new version")

    def __str__(self) -> str:
        return self.name
