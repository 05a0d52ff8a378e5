from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "broadbill.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from broadbill.accounts.operations.staff_letters import write_of_second_factor
        from broadbill.accounts.operations.viewers import write_of_passkey
        from broadbill.identity.operations.second_factor import CHANGED
        from broadbill.kernel.news import follow

        follow(CHANGED, write_of_second_factor)
        follow(CHANGED, write_of_passkey)
