"""How each part of a story was made, and what stake there is in it.

Nobody has said who or what wrote the headlines and notes that are there, and nobody is made to have said it: they get
no maker, what is written from now on gets a person until somebody says otherwise.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("analysis", "0026_readings"),
    ]

    operations = [
        migrations.AddField(
            model_name="contextnote",
            name="checked_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="checked on"),
        ),
        migrations.AddField(
            model_name="contextnote",
            name="checked_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="analysis.desk",
                verbose_name="checked by",
            ),
        ),
        migrations.AddField(
            model_name="contextnote",
            name="made_by",
            field=models.CharField(
                blank=True,
                choices=[
                    ("person", "A person"),
                    ("model", "A language model"),
                    ("both", "A person with a language model"),
                ],
                default="",
                max_length=6,
                verbose_name="written by",
            ),
        ),
        migrations.AddField(
            model_name="contextnote",
            name="model",
            field=models.CharField(blank=True, max_length=80, verbose_name="which model"),
        ),
        migrations.AddField(
            model_name="story",
            name="conflicts",
            field=models.TextField(
                blank=True,
                help_text="Any stake that we, or who wrote this, have in it. Shown on the page.",
                max_length=1500,
                verbose_name="our stake in it",
            ),
        ),
        migrations.AddField(
            model_name="story",
            name="head_checked_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="headline, checked on"),
        ),
        migrations.AddField(
            model_name="story",
            name="head_checked_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="analysis.desk",
                verbose_name="headline, checked by",
            ),
        ),
        migrations.AddField(
            model_name="story",
            name="head_made_by",
            field=models.CharField(
                blank=True,
                choices=[
                    ("person", "A person"),
                    ("model", "A language model"),
                    ("both", "A person with a language model"),
                ],
                default="",
                max_length=6,
                verbose_name="headline, written by",
            ),
        ),
        migrations.AddField(
            model_name="story",
            name="head_model",
            field=models.CharField(blank=True, max_length=80, verbose_name="headline, which model"),
        ),
        migrations.AddField(
            model_name="summary",
            name="checked_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="checked on"),
        ),
        migrations.AlterField(
            model_name="story",
            name="disclosure",
            field=models.TextField(
                blank=True,
                help_text="What a reader should know beside who wrote and who checked each part. Shown on the page.",
                max_length=1500,
                verbose_name="how this was made",
            ),
        ),
        migrations.AlterField(
            model_name="contextnote",
            name="made_by",
            field=models.CharField(
                blank=True,
                choices=[
                    ("person", "A person"),
                    ("model", "A language model"),
                    ("both", "A person with a language model"),
                ],
                default="person",
                max_length=6,
                verbose_name="written by",
            ),
        ),
        migrations.AlterField(
            model_name="story",
            name="head_made_by",
            field=models.CharField(
                blank=True,
                choices=[
                    ("person", "A person"),
                    ("model", "A language model"),
                    ("both", "A person with a language model"),
                ],
                default="person",
                max_length=6,
                verbose_name="headline, written by",
            ),
        ),
        migrations.AddConstraint(
            model_name="contextnote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("made_by__in", ["", "person"]),
                    models.Q(("made_by__in", ["model", "both"]), models.Q(("model", ""), _negated=True)),
                    _connector="OR",
                ),
                name="note_names_its_model",
                violation_error_message="Name the language model that wrote it or helped.",
            ),
        ),
        migrations.AddConstraint(
            model_name="contextnote",
            constraint=models.CheckConstraint(
                condition=models.Q(("checked_at__isnull", True), ("checked_by__isnull", False), _connector="OR"),
                name="note_checked_by_a_desk",
                violation_error_message="Say which desk checked it.",
            ),
        ),
        migrations.AddConstraint(
            model_name="story",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("head_made_by__in", ["", "person"]),
                    models.Q(("head_made_by__in", ["model", "both"]), models.Q(("head_model", ""), _negated=True)),
                    _connector="OR",
                ),
                name="story_names_its_model",
                violation_error_message="Name the language model that wrote it or helped.",
            ),
        ),
        migrations.AddConstraint(
            model_name="story",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("head_checked_at__isnull", True), ("head_checked_by__isnull", False), _connector="OR"
                ),
                name="story_checked_by_a_desk",
                violation_error_message="Say which desk checked it.",
            ),
        ),
        migrations.AddConstraint(
            model_name="summary",
            constraint=models.CheckConstraint(
                condition=models.Q(("checked_at__isnull", True), ("checked_by__isnull", False), _connector="OR"),
                name="summary_checked_by_a_desk",
                violation_error_message="Say which desk checked it.",
            ),
        ),
    ]
