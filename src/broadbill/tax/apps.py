from django.apps import AppConfig


class TaxConfig(AppConfig):
    name = "broadbill.tax"
    label = "tax"
    default_auto_field = "django.db.models.BigAutoField"
