"""The provider's details before anybody has filled them in, so that there is always a version in force."""

from django.db import migrations
from django.utils import timezone


def write_provider(apps, schema_editor):
    apps.get_model("accounts", "Provider").objects.create(name="Your company", recorded_at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(write_provider, migrations.RunPython.noop)]
