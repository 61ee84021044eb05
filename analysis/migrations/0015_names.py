"""The names by which texts are searched for entities, and two questions of the desk's first page."""

import django.db.models.deletion
from django.db import migrations, models

from analysis.models.stories import spelled


def fill(apps, schema_editor):
    entity, entity_name = (apps.get_model("analysis", name) for name in ("Entity", "EntityName"))
    rows = (
        entity_name(entity_id=pk, folded=folded)
        for pk, name, aliases in entity.objects.values_list("pk", "name", "aliases").iterator(chunk_size=2_000)
        for folded in {spelled(str(one)) for one in (name, *aliases)} - {""}
    )
    entity_name.objects.bulk_create(rows, batch_size=2_000)


class Migration(migrations.Migration):
    dependencies = [("analysis", "0014_the_desk")]

    operations = [
        migrations.CreateModel(
            name="EntityName",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("folded", models.CharField(max_length=400)),
                (
                    "entity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="names", to="analysis.entity"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="entityname",
            constraint=models.UniqueConstraint(fields=("folded", "entity"), name="entityname_once"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(fields=["action", "decided_at"], name="decision_promises"),
        ),
        migrations.AddIndex(
            model_name="signalsource",
            index=models.Index(
                condition=models.Q(
                    ("confirmed_at__isnull", True), ("confirmed_at__lt", models.F("read_at")), _connector="OR"
                ),
                fields=["-read_at"],
                name="signals_unanswered",
            ),
        ),
    ]
