"""What must not wait until somebody opens the right page of the desk."""

from typing import Any

from django import template

from analysis import receipts
from newsroom.admin.waiting import counted

register = template.Library()


@register.inclusion_tag("admin/alarm.html", takes_context=True)
def disobeyed(context: dict[str, Any]) -> dict[str, Any]:
    """The cases whose decision some public page disobeys, for who may decide cases. One query; for others none."""
    return {"alarms": receipts.failed_checks() if _decides(context) else []}


@register.inclusion_tag("admin/waiting.html", takes_context=True)
def waiting(context: dict[str, Any]) -> dict[str, Any]:
    """How many cases need who is signed in, and how many are late. One query; for who may not decide any, none."""
    if not _decides(context):
        return {"may": False}
    needed, late = counted(context["user"])
    return {"may": True, "needed": needed, "late": late}


def _decides(context: dict[str, Any]) -> bool:
    user = context.get("user")
    return user is not None and user.has_perm("analysis.decide_case")
