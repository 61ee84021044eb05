from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("analysis", "0028_reports_taken_back")]

    operations = [
        migrations.AddIndex(
            model_name="judgment",
            index=models.Index(condition=models.Q(state="open"), fields=["-at", "-id"], name="judgment_taken_back"),
        ),
    ]
