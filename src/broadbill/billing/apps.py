from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "broadbill.billing"
    label = "billing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from broadbill.billing.operations.delivery import ATTACHMENTS, attached_document
        from broadbill.messaging.operations.attachments import provide_attachments

        provide_attachments(ATTACHMENTS, attached_document)
