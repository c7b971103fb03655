"""Messages to many: broadcasts, reminders, alerts to staff. Commands and the clock use all of it."""
