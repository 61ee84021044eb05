"""Numbers on pages, in the reader's language."""

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def decimal(number: float, places: int) -> str:
    """With so many places: 0.211, 0,211."""
    return str(number_format(round(number, places), places))


@register.filter
def share(number: float) -> str:
    """A share of one in whole percent: 0.75 is 75 %."""
    return _("%(n)d%%") % {"n": round(100 * number)}
