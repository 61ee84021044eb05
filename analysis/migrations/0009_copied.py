"""What terms allow to stand as the source has it, outside quotation marks."""

import django.core.validators
from django.db import migrations, models

from analysis.migrations import _triggers


def put_back(apps, schema_editor):
    """SQLite makes the table anew for the constraint, and every trigger on it is gone."""
    _triggers.append_only(schema_editor, {"analysis_terms": []})
    _triggers.rules(schema_editor, "analysis_terms")
    _triggers.recheck_terms(schema_editor)


class Migration(migrations.Migration):
    dependencies = [("analysis", "0008_guards")]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, put_back),
        migrations.AddField(
            model_name="terms",
            name="copied_percent",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="The largest share of our words in runs of four or more, once it is more than 15 words. Binds alike. While nobody says it: 30.",
                null=True,
                validators=[django.core.validators.MaxValueValidator(100)],
                verbose_name="copied share, in percent",
            ),
        ),
        migrations.AddField(
            model_name="terms",
            name="copied_words",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text=(
                    "The longest run outside quotation marks that stands as the source has it. Binds what is published "
                    "from then on and checked against the article’s text; what is public stays. While nobody says it: 8."
                ),
                null=True,
                validators=[django.core.validators.MinValueValidator(3), django.core.validators.MaxValueValidator(400)],
                verbose_name="copied words in a row",
            ),
        ),
        migrations.AddConstraint(
            model_name="terms",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("copied_words__isnull", True),
                        models.Q(("copied_words__gte", 3), ("copied_words__lte", 400)),
                        _connector="OR",
                    ),
                    models.Q(("copied_percent__isnull", True), ("copied_percent__lte", 100), _connector="OR"),
                ),
                name="terms_copied_in_range",
                violation_error_message="Copied words in a row are 3 to 400, and a share is at most 100 percent.",
            ),
        ),
        migrations.RunPython(put_back, migrations.RunPython.noop),
    ]
