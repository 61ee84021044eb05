import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

STATES = [
    ("open", "Open"),
    ("yes", "It happened"),
    ("no", "It did not happen"),
    ("ambiguous", "Ambiguous"),
    ("annulled", "Annulled"),
]
BY = {"on_delete": django.db.models.deletion.PROTECT, "related_name": "+"}


def key():
    return ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


class Migration(migrations.Migration):
    dependencies = [
        ("analysis", "0018_search_vectors"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Judgment",
            fields=[
                key(),
                ("state", models.CharField(choices=STATES, max_length=9)),
                ("why", models.CharField(max_length=500)),
                ("url", models.URLField(blank=True, max_length=2000)),
                ("by_author", models.BooleanField(default=False)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("by", models.ForeignKey(blank=True, null=True, to=settings.AUTH_USER_MODEL, **BY)),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="judgments", to="analysis.watchitem"
                    ),
                ),
            ],
            options={
                "verbose_name": "judgment",
                "verbose_name_plural": "judgments",
                "ordering": ["id"],
            },
        ),
        migrations.AddConstraint(
            model_name="judgment",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", [state for state, _label in STATES])),
                name="judgment_state",
                violation_error_message="Choose one of the offered values.",
            ),
        ),
        migrations.AddConstraint(
            model_name="judgment",
            constraint=models.CheckConstraint(
                condition=models.Q(("why", ""), _negated=True),
                name="judgment_is_explained",
                violation_error_message="Say how it turned out and what shows it.",
            ),
        ),
        migrations.CreateModel(
            name="WatchTally",
            fields=[
                key(),
                ("likelihood", models.PositiveSmallIntegerField()),
                ("state", models.CharField(choices=STATES, max_length=9)),
                ("n", models.PositiveIntegerField(default=0)),
                ("desk", models.ForeignKey(to="analysis.desk", **BY)),
                ("topic", models.ForeignKey(to="analysis.topic", **BY)),
            ],
        ),
        migrations.AddConstraint(
            model_name="watchtally",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", [state for state, _label in STATES])),
                name="watchtally_state",
                violation_error_message="Choose one of the offered values.",
            ),
        ),
        migrations.AddConstraint(
            model_name="watchtally",
            constraint=models.UniqueConstraint(fields=("topic", "desk", "likelihood", "state"), name="watchtally_once"),
        ),
        # Here, so that on the way back it comes only when 0020 has written down again what it asks for.
        migrations.RemoveConstraint(model_name="watchitem", name="watch_outcome_is_explained"),
        migrations.AddField(
            model_name="watchitem",
            name="topic",
            field=models.ForeignKey(blank=True, editable=False, null=True, to="analysis.topic", **BY),
        ),
        migrations.AddField(
            model_name="watchitem",
            name="desk",
            field=models.ForeignKey(blank=True, editable=False, null=True, to="analysis.desk", **BY),
        ),
        migrations.AddField(
            model_name="watchitem",
            name="authors",
            field=models.ManyToManyField(blank=True, editable=False, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
    ]
