"""The steps that an editor of standards may take in a case: each a page that says what will happen, and a call of
analysis/rights."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy

from analysis import rights
from analysis.models import Case
from analysis.rights import DECIDABLE, OPEN, Ruling
from newsroom.admin.rulings import (
    AnswerForm,
    AssignForm,
    DecideForm,
    HoldForm,
    JoinForm,
    LiftForm,
    ReasonsForm,
    StepForm,
    WordsForm,
)

NOT_THEIR_OWN = ("take-up", "decide")  # of an appeal, by whoever made the decision that is contested

State = Case.State
_SPEAKABLE = tuple(state for state in State if state != State.RECEIVED)


@dataclass(frozen=True)
class Step:
    """`key`: pressed with the browser's modifier, it opens the step."""

    name: str
    key: str
    title: Any
    says: Any  # what will happen
    done: Any
    run: Callable[[Case, Any, dict[str, Any]], object]
    from_states: tuple[str, ...]
    form: type[StepForm] = StepForm
    button: Any = ""  # what it says, if not the title


STEPS = (
    Step(
        "take-up", "t", gettext_lazy("Take up and acknowledge"),
        gettext_lazy(
            "It is yours from now on. Its sender reads on the page of the request that an editor has taken it up. No "
            "mail is sent."
        ),
        gettext_lazy("It is yours now."), lambda case, by, data: rights.take_up(case, by),
        (State.CONFIRMED, State.PROVED, State.APPEALED),
    ),
    Step(
        "decide", "d", gettext_lazy("Decide"),
        gettext_lazy(
            "Takes effect from the next request on, ends every hold of this case, and sends the reason to its sender. "
            "It cannot be undone, only followed by another decision."
        ),
        gettext_lazy("Decided. The public pages obey from now on, and the mail is on its way."),
        lambda case, by, data: rights.decide(case, by, Ruling(**data)), DECIDABLE, DecideForm,
    ),
    Step(
        "hold", "h", gettext_lazy("Hold back"),
        gettext_lazy("Until the case is over, less is shown of the pages that it names, from the next request on."),
        gettext_lazy("Held back. The public sees less from now on."),
        lambda case, by, data: rights.hold(case, by, data["level"], of=data.get("of")), OPEN, HoldForm,
    ),
    Step(
        "lift", "l", gettext_lazy("Lift the hold"),
        gettext_lazy("From the next request on nothing is held back for this case any more. The case goes on."),
        gettext_lazy("Lifted. Nothing is held back for this case."), lambda case, by, data: rights.lift(case, by), OPEN,
        LiftForm,
    ),
    Step(
        "answer", "a", gettext_lazy("Write to the sender"),
        gettext_lazy("The message goes out by mail and stands on the page of the case. It can be answered there."),
        gettext_lazy("The message is on its way."),
        lambda case, by, data: rights.answer(case, by, data["text"]), _SPEAKABLE, AnswerForm,
    ),
    Step(
        "note", "n", gettext_lazy("Internal note"),
        gettext_lazy("Seen by the newsroom alone."),
        gettext_lazy("Noted."), lambda case, by, data: rights.note(case, by, data["text"]), tuple(State), WordsForm,
    ),
    Step(
        "assign", "g", gettext_lazy("Give to an editor"),
        gettext_lazy("It is on that editor’s list from now on."),
        gettext_lazy("It is theirs now."), lambda case, by, data: rights.assign(case, by, data["to"]), DECIDABLE,
        AssignForm,
    ),
    Step(
        "join", "j", gettext_lazy("Join to another case"),
        gettext_lazy("For two requests about the same thing: one decision holds for both."),
        gettext_lazy("Joined."), lambda case, by, data: rights.join(case, data["earlier"], by=by),
        (State.CONFIRMED, State.PROVED, State.IN_REVIEW), JoinForm,
    ),
    Step(
        "separate", "s", gettext_lazy("Separate from the other case"),
        gettext_lazy(
            "It goes on by itself and is decided by itself; its sender is told. What was decided or is held for the "
            "other case stays as it is."
        ),
        gettext_lazy("Separated. It goes on by itself."), lambda case, by, data: rights.separate(case, by),
        (State.CLOSED,),
    ),
    Step(
        "reasons", "r", gettext_lazy("Statement of reasons"),
        gettext_lazy("Drafted from the decision. Read it, change what does not fit; it goes out by mail and stays."),
        gettext_lazy("The statement of reasons is on its way."),
        lambda case, by, data: rights.give_reasons(case, by, data["text"]), (State.DECIDED, State.CLOSED), ReasonsForm,
        gettext_lazy("Send the statement of reasons"),
    ),
    Step(
        "close", "c", gettext_lazy("Close the case"),
        gettext_lazy("Nothing more is to be done. The decision stays in force, and can still be contested."),
        gettext_lazy("Closed."), lambda case, by, data: rights.close(case, by), (State.DECIDED,),
    ),
)  # fmt: skip
