from django.apps import AppConfig

from broadbill.kernel.news import follow


class PrepaidConfig(AppConfig):
    name = "broadbill.prepaid"
    label = "prepaid"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from broadbill.billing.operations.holding import ask_before_rating
        from broadbill.prepaid.operations.covering import pause_what_is_not_covered
        from broadbill.prepaid.operations.top_up import follow_payments, follow_reversal

        ask_before_rating(pause_what_is_not_covered)
        follow("payments.received", follow_payments)
        follow("payments.reversed", follow_reversal)
