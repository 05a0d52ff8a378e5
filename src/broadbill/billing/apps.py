from django.apps import AppConfig

from broadbill.kernel.news import follow


class BillingConfig(AppConfig):
    name = "broadbill.billing"
    label = "billing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from broadbill.billing.operations.delivery import ATTACHMENTS, attached_document
        from broadbill.billing.operations.resuming import rate_anew
        from broadbill.messaging.operations.attachments import provide_attachments

        follow("accounts.profile_changed", rate_anew)
        provide_attachments(ATTACHMENTS, attached_document)
