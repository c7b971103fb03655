"""Sentences of the engine: about commands, stopping, odd messages.

Words in *bold* that are no parameters are always words that can be typed.
"""

from flows.text import _, lines

HELP = lines(
    _("Answer by typing, or choose one of the answers offered."),
    _("*back*: the question before"),
    _("*restart*: from the beginning"),
    _("*menu*: everything you can do here"),
    _("*language*: another language"),
    _("*stop*: no more messages from us"),
    _("*my data*: what we hold about you, and how to have it deleted"),
)
"""The words that work everywhere; the open question follows."""

EXAMPLE = _("For example: {example}")
"""Said after three unusable answers; `example` is the step's."""

ASK_HELP = _("Type *help* to see what you can do, or *restart* to begin again.")
"""Said after three unusable answers, below the example."""

OLD_TAP = _("That button belongs to an earlier question. This is where we are:")
"""A tap on a question that is not open any more; the open question follows."""

NOTHING_BEFORE = _("This is the first question; there is nothing to go back to.")
"""`back` at the first question; the question follows."""

NOTED = _("Noted: {noted}. If that is not right, type *back*.")
"""What was taken from words that were no answer to a question; the next question follows."""

NOT_NOTED = _("All right, then we ask for it.")
"""`back` right after that; a question follows."""

NOTHING_CHANGED = _("All right, nothing has changed.")
"""Something hard to take back was asked about, and was not meant."""

UNKNOWN_WORDS = _("Sorry, we did not understand that.")
"""Words that say nothing to us while no question is open; what can be done here follows."""

LEFT = _("All right, we leave it there. Nothing was saved. Write *hi* whenever you like.")
"""`cancel` inside a question: the conversation was left, no pass was touched."""

LEFT_BEHIND = _("What you had begun before was left; nothing of it was saved.")
"""A command in the middle of something began something else, and answers were lost; what it began follows."""

RESTARTED = _("Let us begin again.")
"""`restart`; the first question follows."""

BEGUN_AGAIN = _("Your last conversation cannot go on any more. Let us begin again.")
"""A conversation could not be read any more; the first question follows."""

LATE_MESSAGE = _("An earlier message of yours reached us late, so we did not use it. This is where we are:")
"""A message found after a newer one was answered; the open question follows."""

LATE_MESSAGE_ALONE = _("An earlier message of yours reached us late, so we did not use it. Write *hi* to go on.")
"""Said of a message that was found late, where no question is open."""

STOPPED = _("You will get no more messages from us. Your passes stay valid. Type *start* to begin again.")
"""`stop`."""

STILL_STOPPED = _("You have stopped our messages. Type *start* to begin again.")
"""Anything but `start` or `hi` while stopped."""

RESUMED = _("Good to have you back.")
"""`start` or `hi` after a stop; what they would see otherwise follows."""

CHANGED = _("The questions have changed meanwhile; a few must be asked again.")
"""The event's questions were changed while somebody was answering; a question follows."""

DONE = _("Done.")
"""A conversation ended that had nothing else to say."""

CORRECT = _("To correct an answer that you gave here, type *back*.")
"""A word that would begin something which cannot be had, in the middle of something else; the question follows."""

MESSAGE_KEPT = _("We have your message. The answer will come in a few minutes.")
"""Something of ours is out of order for a moment; the message is kept and will be answered."""
