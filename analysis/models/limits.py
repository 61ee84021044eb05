"""How often somebody did something lately. Whoever did it is kept as a keyed hash, and for a day at most."""

from django.db import models


class Attempt(models.Model):
    # Question: how often did this one do this within the last hour? Asked before each act that is limited.
    what = models.CharField(max_length=10)
    key = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["what", "key", "at"], name="attempt_lately")]

    def __str__(self) -> str:
        return f"{self.what} {self.key[:8]}"
