"""Sentences of the engine: about commands, stopping, odd messages.

Words in *bold* that are no parameters are always words that can be typed.
"""

from flows.text import _, lines

HELP = lines(
    _("Type your answer, or choose one from the list."),
    _("*back*: previous question"),
    _("*restart*: start again"),
    _("*menu*: see what you can do here"),
    _("*language*: change language"),
    _("*stop*: stop our messages"),
    _("*share*: a picture of your pass to forward"),
    _("*my data*: see or delete your data"),
)
"""The words that work everywhere; the open question follows."""

EXAMPLE = _("For example: {example}")
"""Said after three unusable answers; `example` is the step's."""

ASK_HELP = _("Send *help* to see what you can do, or *restart* to start again.")
"""Said after three unusable answers, below the example."""

OLD_TAP = _("That button is from an earlier question. We are here:")
"""A tap on a question that is not open any more; the open question follows."""

NOTHING_BEFORE = _("This is the first question, so you cannot go back.")
"""`back` at the first question; the question follows."""

NOTED = _("Noted: {noted}. If this is wrong, send *back*.")
"""What was taken from words that were no answer to a question; the next question follows."""

NOT_NOTED = _("We will ask you for it.")
"""`back` right after that; a question follows."""

NOTHING_CHANGED = _("Nothing has changed.")
"""Something hard to take back was asked about, and was not meant."""

UNKNOWN_WORDS = _("Sorry, we did not understand that.")
"""Words that say nothing to us while no question is open; what can be done here follows."""

LEFT = _("Cancelled. Nothing was saved. Send *hi* to start again.")
"""`cancel` inside a question: the conversation was left, no pass was touched."""

LEFT_BEHIND = _("What you had started was not saved.")
"""A command in the middle of something began something else, and answers were lost; what it began follows."""

RESTARTED = _("Let’s start again.")
"""`restart`; the first question follows."""

BEGUN_AGAIN = _("We cannot continue your last conversation. Let’s start again.")
"""A conversation could not be read any more; the first question follows."""

LATE_MESSAGE = _("An earlier message reached us late, so we did not use it. We are here:")
"""A message found after a newer one was answered; the open question follows."""

LATE_MESSAGE_ALONE = _("An earlier message reached us late, so we did not use it. Send *hi* to go on.")
"""Said of a message that was found late, where no question is open."""

STOPPED = _("We will not send you any more messages. Your passes stay valid. To get messages again, send *start*.")
"""`stop`."""

STILL_STOPPED = _("You have stopped our messages. To get them again, send *start*.")
"""Anything but `start` or `hi` while stopped."""

RESUMED = _("Welcome back.")
"""`start` or `hi` after a stop; what they would see otherwise follows."""

CHANGED = _("The questions have changed, so we need to ask a few again.")
"""The event's questions were changed while somebody was answering; a question follows."""

DONE = _("Done.")
"""A conversation ended that had nothing else to say."""

CORRECT = _("To change an answer, send *back*.")
"""A word that would begin something which cannot be had, in the middle of something else; the question follows."""

MESSAGE_KEPT = _("We have your message and will answer in a few minutes.")
"""Something of ours is out of order for a moment; the message is kept and will be answered."""
