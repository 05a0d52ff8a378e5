from django.apps import AppConfig

from broadbill.kernel.news import follow


class CollectionsConfig(AppConfig):
    name = "broadbill.collections"
    label = "collections"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from broadbill.collections.operations.restoring import follow_payments, follow_reversal

        follow("payments.received", follow_payments)
        follow("payments.reversed", follow_reversal)
