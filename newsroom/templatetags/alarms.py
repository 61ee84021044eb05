"""What must not wait until somebody opens the right page of the desk."""

from typing import Any

from django import template

from analysis import receipts

register = template.Library()


@register.inclusion_tag("admin/alarm.html", takes_context=True)
def disobeyed(context: dict[str, Any]) -> dict[str, Any]:
    """The cases whose decision some public page disobeys, for who may decide cases. One query; for others none."""
    user = context.get("user")
    may = user is not None and user.has_perm("analysis.decide_case")
    return {"alarms": receipts.failed_checks() if may else []}
