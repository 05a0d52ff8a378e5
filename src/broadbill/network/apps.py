from django.apps import AppConfig

from broadbill.kernel.news import follow


class NetworkConfig(AppConfig):
    name = "broadbill.network"
    label = "network"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from broadbill.network.operations.enforce import follow_terms

        follow("contracts.terms_changed", follow_terms)
