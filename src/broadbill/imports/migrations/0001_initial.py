import broadbill.imports.domain.upload
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Upload",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.TextField(choices=[("customers", "customers"), ("usage", "usage")])),
                ("file", models.TextField()),
                ("octets", models.BigIntegerField(default=0)),
                ("map_name", models.TextField(blank=True, default="")),
                ("map", models.TextField(blank=True, default="")),
                ("source", models.TextField(blank=True, default="")),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("checking", "checking"),
                            ("refused", "refused"),
                            ("checked", "checked"),
                            ("importing", "importing"),
                            ("imported", "imported"),
                            ("failed", "failed"),
                            ("discarded", "discarded"),
                        ]
                    ),
                ),
                ("result", models.JSONField(default=dict)),
                ("refusal", models.TextField(blank=True, default="")),
                ("problems", models.BigIntegerField(default=0)),
                ("asked_by", models.TextField()),
                ("asked_at", models.DateTimeField()),
                ("decided_by", models.TextField(blank=True, default="")),
                ("ended_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="RowProblem",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("line", models.BigIntegerField()),
                ("column", models.TextField(blank=True)),
                ("value", models.TextField(blank=True)),
                ("reason", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="UploadPart",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("position", models.IntegerField()),
                ("content", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="Progress",
            fields=[
                (
                    "upload",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="progress",
                        serialize=False,
                        to="imports.upload",
                    ),
                ),
                ("done", models.BigIntegerField(default=0)),
                ("total", models.BigIntegerField(default=0)),
                ("rows", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.AddIndex(
            model_name="upload",
            index=models.Index(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            broadbill.imports.domain.upload.State["IMPORTED"],
                            broadbill.imports.domain.upload.State["DISCARDED"],
                        ],
                    ),
                    _negated=True,
                ),
                fields=["asked_at"],
                name="imports_upload_open",
            ),
        ),
        migrations.AddField(
            model_name="rowproblem",
            name="upload",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="row_problems", to="imports.upload"
            ),
        ),
        migrations.AddField(
            model_name="uploadpart",
            name="upload",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="parts", to="imports.upload"
            ),
        ),
        migrations.AddConstraint(
            model_name="uploadpart",
            constraint=models.UniqueConstraint(
                fields=("upload", "position"), name="imports_uploadpart_position"
            ),
        ),
    ]
