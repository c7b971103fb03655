"""`share` sends a pass as a picture to forward: whom it is for, and how a part of the party enters."""

from collections.abc import Mapping

from flows.fields import Choice
from flows.fields.choice import the_only
from flows.shapes import Answers, Facts, Flow, Option, Outcome, PassFacts, Say, SendPass, Step
from flows.text import _, ngettext_, words
from flows.text.choices import chosen_pass, pass_line, pass_options
from flows.visitor.my_pass import without_a_pass

ONE_PERSON = _("This pass is for one person, so there is nobody to share it with. For more people, send *change*.")
ON_ITS_WAY = ngettext_(
    "We are sending a picture to forward to the other person on your pass.",
    "We are sending a picture to forward to the {count} others on your pass.",
)
IN_PARTS = _(
    "If you do not come together, each part shows this picture and says how many they are: the volunteer then sends "
    "*{code} 2* to let two of you in."
)
ONLY_THEM = _("Forward it only to people who come with you: whoever shows it first goes in.")


def shareable(facts: Facts) -> tuple[PassFacts, ...]:
    """The passes on which more than one person comes."""
    return tuple(known for known in facts.passes if known.party_size > 1)


def _options(answers: Answers, facts: Facts) -> tuple[Option, ...]:
    codes = {known.code for known in shareable(facts)}
    return tuple(option for option in pass_options(answers, facts) if option.id in codes)


def _nothing_to_share(answers: Answers, facts: Facts) -> Outcome:
    return (Say((ONE_PERSON,)),) if facts.passes and not shareable(facts) else without_a_pass(answers, facts)


def _finish(answers: Answers, facts: Facts, language: str) -> Outcome:
    shared = chosen_pass(answers, facts)
    if shared is None:  # it was cancelled in mid-conversation
        return without_a_pass(answers, facts)
    told: Mapping[str, object] = {"code": shared.code}
    sending = ON_ITS_WAY.filled(count=shared.party_size - 1)
    said = (pass_line(shared), sending, IN_PARTS.filled(**told), ONLY_THEM)
    return (SendPass(shared.code, language, shared=True), Say(said))


SHARE = Flow(
    name="share",
    version=1,
    steps=(
        Step(
            "code",
            _("Which pass do you want to share?"),
            Choice(_options),
            given=the_only(_options),
            example=words("1"),
        ),
    ),
    finish=_finish,
    refused={"no_such_pass": None},
    instead=_nothing_to_share,
)
"""Nothing changes by it, so that what it interrupts goes on."""
