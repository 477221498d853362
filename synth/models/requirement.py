from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from core.models import Project

SHARE = [MinValueValidator(0.0), MaxValueValidator(1.0)]


class Requirement(models.Model):
    """What a project asks of its model judges before their judgments make labels; empty: nothing.

    Shares are held against the bound of the Wilson interval that is worse for the judge.
    """

    project = models.OneToOneField(Project, models.CASCADE, primary_key=True, related_name="+")
    least_accuracy = models.FloatField(null=True, blank=True, validators=SHARE)
    most_flips = models.FloatField(null=True, blank=True, validators=SHARE)
    most_unreadable = models.FloatField(null=True, blank=True, validators=SHARE)
    most_probes = models.FloatField(null=True, blank=True, validators=SHARE, help_text="Of each probe.")
    most_injections = models.FloatField(null=True, blank=True, validators=SHARE)
    needs_card = models.BooleanField(default=False, help_text="Without a card on enough gold it is barred.")

    def __str__(self) -> str:
        return f"What {self.project} asks of judges"
