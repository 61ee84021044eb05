"""How the claims of each story were made, and its watch items.

Nobody has said it of those that are there, and nobody is made to have said it: they get no maker. Whoever writes them
from now on is a person until somebody says otherwise.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("analysis", "0029_judgments_taken_back"),
    ]

    operations = [
        migrations.AddField(
            model_name="story",
            name="claims_checked_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="claims, checked on"),
        ),
        migrations.AddField(
            model_name="story",
            name="claims_checked_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="analysis.desk",
                verbose_name="claims, checked by",
            ),
        ),
        migrations.AddField(
            model_name="story",
            name="claims_made_by",
            field=models.CharField(
                blank=True,
                choices=[
                    ("person", "A person"),
                    ("model", "A language model"),
                    ("both", "A person with a language model"),
                ],
                default="",
                max_length=6,
                verbose_name="claims, written by",
            ),
        ),
        migrations.AddField(
            model_name="story",
            name="claims_model",
            field=models.CharField(blank=True, max_length=80, verbose_name="claims, which model"),
        ),
        migrations.AlterField(
            model_name="story",
            name="claims_made_by",
            field=models.CharField(
                blank=True,
                choices=[
                    ("person", "A person"),
                    ("model", "A language model"),
                    ("both", "A person with a language model"),
                ],
                default="person",
                max_length=6,
                verbose_name="claims, written by",
            ),
        ),
        migrations.AddField(
            model_name="story",
            name="watch_checked_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="watch items, checked on"),
        ),
        migrations.AddField(
            model_name="story",
            name="watch_checked_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="analysis.desk",
                verbose_name="watch items, checked by",
            ),
        ),
        migrations.AddField(
            model_name="story",
            name="watch_made_by",
            field=models.CharField(
                blank=True,
                choices=[
                    ("person", "A person"),
                    ("model", "A language model"),
                    ("both", "A person with a language model"),
                ],
                default="",
                max_length=6,
                verbose_name="watch items, written by",
            ),
        ),
        migrations.AddField(
            model_name="story",
            name="watch_model",
            field=models.CharField(blank=True, max_length=80, verbose_name="watch items, which model"),
        ),
        migrations.AlterField(
            model_name="story",
            name="watch_made_by",
            field=models.CharField(
                blank=True,
                choices=[
                    ("person", "A person"),
                    ("model", "A language model"),
                    ("both", "A person with a language model"),
                ],
                default="person",
                max_length=6,
                verbose_name="watch items, written by",
            ),
        ),
        migrations.AddConstraint(
            model_name="story",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("claims_made_by__in", ["", "person"]),
                    models.Q(("claims_made_by__in", ["model", "both"]), models.Q(("claims_model", ""), _negated=True)),
                    _connector="OR",
                ),
                name="story_claims_name_model",
                violation_error_message="Name the language model that wrote it or helped.",
            ),
        ),
        migrations.AddConstraint(
            model_name="story",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("claims_checked_at__isnull", True), ("claims_checked_by__isnull", False), _connector="OR"
                ),
                name="story_claims_checked_by_a_desk",
                violation_error_message="Say which desk checked it.",
            ),
        ),
        migrations.AddConstraint(
            model_name="story",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("watch_made_by__in", ["", "person"]),
                    models.Q(("watch_made_by__in", ["model", "both"]), models.Q(("watch_model", ""), _negated=True)),
                    _connector="OR",
                ),
                name="story_watch_names_model",
                violation_error_message="Name the language model that wrote it or helped.",
            ),
        ),
        migrations.AddConstraint(
            model_name="story",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("watch_checked_at__isnull", True), ("watch_checked_by__isnull", False), _connector="OR"
                ),
                name="story_watch_checked_by_a_desk",
                violation_error_message="Say which desk checked it.",
            ),
        ),
    ]
