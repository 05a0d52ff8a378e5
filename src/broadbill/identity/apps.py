from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "broadbill.identity"
    label = "identity"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from broadbill.identity.operations.second_factor import keep_what_changes

        keep_what_changes()
