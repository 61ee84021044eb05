"""What someone else saved while a story was open, field by field, to be shown beside what was typed."""

from django.forms import BaseForm
from django.forms.models import BaseInlineFormSet
from django.utils.translation import gettext as _

from newsroom.admin.forms import StoryForm


def theirs(form: StoryForm, formsets: list[BaseInlineFormSet]) -> list[tuple[str, str]]:
    """Label and saved value of each field in which what is saved now differs from what was typed."""
    found = _differing(form, "")
    for formset in formsets:
        model = formset.model._meta  # type: ignore[union-attr]
        there = {row.pk: row for row in formset.get_queryset()}
        sent = set()
        for row in formset.initial_forms:
            if row.instance.pk in there:
                sent.add(row.instance.pk)
                found += _differing(row, f"{model.verbose_name} “{there[row.instance.pk]}”, ")
            elif row.is_bound:
                gone = _("Someone else removed this row. Copy what you need of it to a new row, and tick Delete.")
                row.add_error(None, gone)
        found += [
            (_("%(row)s, added by them") % {"row": model.verbose_name}, str(there[pk]))
            for pk in there
            if pk not in sent
        ]
    return found


def _differing(form: BaseForm, before: str) -> list[tuple[str, str]]:
    names = [name for name in form.changed_data if name not in ("version", "DELETE")]
    return [(f"{before}{_label(form, name)}", _saved(form, name) or _("(empty)")) for name in names]


def _label(form: BaseForm, name: str) -> str:
    return str(form[name].label)


def _saved(form: BaseForm, name: str) -> str:
    """The saved value as a person would read it: the words of a choice, not its code."""
    value = form[name].initial
    choices = {str(code): str(label) for code, label in getattr(form.fields[name], "choices", [])}
    if isinstance(value, (list, tuple)):
        return ", ".join(choices.get(str(v), str(v)) for v in value)
    return "" if value is None else choices.get(str(value), str(value))
