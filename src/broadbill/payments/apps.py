from django.apps import AppConfig

from broadbill.kernel.news import follow


class PaymentsConfig(AppConfig):
    name = "broadbill.payments"
    label = "payments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from broadbill.payments.operations.incident_refunds import follow_credit
        from broadbill.payments.operations.over_billing import follow_corrections
        from broadbill.payments.operations.take_up import take_up_documents

        follow("billing.documents_issued", take_up_documents)
        follow("billing.documents_issued", follow_corrections)
        follow("network.credit_to_refund", follow_credit)
