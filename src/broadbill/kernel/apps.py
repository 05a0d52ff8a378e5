from importlib import import_module

from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "broadbill.kernel"
    label = "kernel"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("broadbill.kernel.lookups")
