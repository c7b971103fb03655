"""The tasks that RQ runs, a line each. Jobs carry ids only."""

import os
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING

from bot.settings import load

if TYPE_CHECKING:
    from bot.delivery.dispatch.drain import Drainer
    from bot.service import Service

ONE_RUN = 40.0
"""Seconds after which a long task leaves the rest to the next time."""
_kept: "dict[int, tuple[Service, Drainer]]" = {}


def service() -> "Service":
    """The service of this process, put together when it is first asked for."""
    return _own()[0]


def drainer() -> "Drainer":
    """What sends for this process."""
    return _own()[1]


def _own() -> "tuple[Service, Drainer]":
    """Kept by process id: connections and threads must not be shared with the process that this one was forked from."""
    # Imported here: the clock only names these tasks, and starts in half the time without the service.
    from bot.delivery.dispatch.drain import Drainer
    from bot.service import assemble

    mine = os.getpid()
    if mine not in _kept:
        _kept.clear()
        made = assemble(load())
        _kept[mine] = made, Drainer(made.outbox)
    return _kept[mine]


def drain() -> None:
    """Send what is owed, for two seconds at most."""
    drainer().drain()


def deliver(delivery_id: int) -> None:
    """Send one delivery: what processes of the release before ask for. To be removed with the next release."""
    service().outbox.deliver(delivery_id)


def sweep() -> None:
    """Have what is due sent."""
    service().outbox.sweep(service().now())


def take_over() -> None:
    """Take the messages of people whom no web process serves any more."""
    service().dialogue.take_over()


def replay() -> None:
    """Take the messages that came by a side door."""
    service().message_replay.replay()


def listen() -> None:
    """Give the alarm where nothing comes in any more."""
    service().inbound_watchdog.alarm(service().now())


def look_at_approvals() -> None:
    """Note what WhatsApp says by now of the templates that it must approve."""
    from bot.delivery.templates import sync
    from bot.delivery.twilio.content_api import ContentApi

    sync.refresh(service().database, ContentApi(service().twilio))


def look_for_missed() -> None:
    """Compare Twilio's list of inbound messages with what was taken, and keep what never came."""
    service().message_replay.store_missed()


def offer_places() -> None:
    """Offer places that came free on full days to those who wait for them."""
    from bot.delivery.campaigns import place_offers

    mine = service()
    mine.outbox.dispatch(place_offers.review(mine.database, mine.now()))


def ask_for_statuses() -> None:
    """Ask Twilio for what became of messages of which it has told nothing."""
    from bot.delivery.dispatch import overdue_statuses

    mine = service()
    overdue_statuses.ask(mine.database, mine.redis, mine.twilio, mine.outbox, mine.now())


def add_up() -> None:
    """Put down how far registrations have come, and fold what has happened into the figures."""
    from bot.domain.stats import counter_changes

    end = monotonic() + ONE_RUN
    service().funnel_tracker.flush(service().database)
    for _folded in counter_changes.fold_all(service().database):
        if monotonic() > end:
            break


def alert() -> None:
    """Look whether anything is beyond what its event's admins call safe, and tell its supervisors."""
    service().alerter.check(service().now())


def report() -> None:
    """Tell admins the figures of the day, where their hour has come."""
    service().daily_reporter.run(service().now())


def publish_figures() -> None:
    """Log what Amazon CloudWatch makes metrics of, where a namespace is set for it."""
    from bot.ops import cloudwatch

    if namespace := service().settings.cloudwatch_namespace:
        figures = cloudwatch.figures(service().database, service().inbound_watchdog, service().now())
        print(cloudwatch.log_line(namespace, figures, service().now()), flush=True)


def forget() -> None:
    """Remove the traces of people who were erased."""
    service().trace_eraser.sweep(service().now())


def keep_no_longer() -> None:
    """Forget the people of events whose data have been kept for as long as was said."""
    from bot.domain.privacy import retention
    from bot.domain.roster import invitations
    from bot.domain.roster import sessions as staff_sessions

    now, end = service().now(), monotonic() + ONE_RUN
    retention.forget_turns(service().database, now)
    with service().database.write() as db:
        staff_sessions.forget_ended(db, now)
        invitations.forget_old(db, now)
    events = service().database.ask(retention.expired_events, now.date())
    for _people in retention.purge(service().database, events, now, retention.CLOCK_ACTOR) if events else ():
        if monotonic() > end:
            break


def index_names() -> None:
    """Let names be found that older code has left out of the index while it was replaced."""
    from bot.domain.people import name_index

    service().database.do(name_index.add_missing)


def broadcast() -> None:
    """Put what goes to many into the outbox, slice by slice; begin the reminders whose hour has come."""
    service().broadcast_sender.run(service().now())


def discard_photos() -> None:
    """Delete at Twilio the photos that were looked at."""
    service().media_deleter.sweep(service().now())


def export(number: int) -> None:
    """Begin an export that an admin asked for; whatever is not begun so, the clock begins."""
    from bot.jobs import export_process

    export_process.begin(number)


def see_to_exports() -> None:
    """Begin exports and lists that wait or whose process was killed; delete those that were kept for a day."""
    from bot.jobs import export_process, import_process

    export_process.start_waiting(service().database, service().now())
    import_process.start_waiting(service().database, service().now())


def work_on_list(number: int) -> None:
    """Begin what an admin asked for with a list of people; whatever is not begun so, the clock begins."""
    from bot.jobs import import_process

    import_process.begin(number)


_TASKS: tuple[Callable[..., None], ...] = (
    *(drain, deliver, sweep, take_over, replay, listen, look_at_approvals, look_for_missed, add_up, alert, report),
    *(publish_figures, forget, ask_for_statuses, offer_places),
    *(keep_no_longer, index_names, broadcast, discard_photos, export, see_to_exports, work_on_list),
)
BY_NAME = {f"{__name__}.{task.__name__}": task for task in _TASKS}
"""Every task by the name that a job gives it; a job of another name is none of ours."""
