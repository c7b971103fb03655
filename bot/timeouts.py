"""Every time-out, wait, lease, retry and breaker of the service, in one place.

What each is for, and why it is so long, stands below it; docs/timeouts.md has them as a table. They hang together:
Twilio hangs up after 15 s (docs/field-notes.md#webhook-timing), so a webhook answers within 10, so whoever holds a
person may be silent for 6. How long something is allowed, remembered or valid (an undo, a link, a one-time code) is a
rule and stands with its rule; the simulator's are Twilio's; bot/delivery/outbox/rate_limit.lua has its own.
"""

from datetime import timedelta

# --- Redis ---

REDIS_TIMEOUT_SECONDS = 5.0
"""How long a call to Redis, or connecting to it, may take: less than a webhook's patience, more than a busy second."""
REDIS_CLOCK_TIMEOUT_SECONDS = 0.5
"""How long Redis may take to tell the time: every part asks for it, and the gate goes on without it."""
REDIS_LIMITS_TIMEOUT_SECONDS = 1.0
"""How long counting a request may take: without Redis each process counts for itself."""
REDIS_LIMITS_PAUSE_SECONDS = 10.0
"""A breaker: for so long a Redis that did not answer is not asked for limits: each try may cost a request a second."""
REDIS_RECONNECT_SECONDS = 2.0
"""Between two tries of a worker or the clock to reach a Redis that is away."""
REDIS_BACKOFF_SECONDS = 5.0
"""How long RQ waits at most before a worker asks a Redis again that was lost in the middle of its work."""
REDIS_METRICS_PAUSE_SECONDS = 30.0
"""A breaker: for so long a Redis that did not answer gets no counters, since each try holds a thread for seconds."""
REDIS_RATE_RETRY_SECONDS = 5.0
"""When the outbox tries again while Redis, which keeps the senders' rate, is away."""
REDIS_START_SECONDS = 60.0
"""For the embedded server to answer: it reads a large append-only file before it does."""

# --- the database ---

DATABASE_CONNECT_TIMEOUT_SECONDS = 10
"""How long PostgreSQL may take to let us in: one that is away must not hold a request for minutes."""
DATABASE_POOL_WAIT_SECONDS = 10.0
"""How long a thread waits for one of its process's connections: as long as a new one may take to be made."""
DATABASE_REST_SECONDS = 1.0
"""Without use for so long a connection is checked before it is used: the database may have been restarted."""
DATABASE_SILENCE_SECONDS = 30
"""After so long without a sign from PostgreSQL's machine a connection is lost. The kernel itself would wait a quarter
of an hour for a machine that has vanished (tcp_retries2), and two hours before it asks whether one lives."""
MIGRATION_LOCK_MS = 500
"""Milliseconds that a migration waits for a table, since everybody who comes meanwhile waits behind it. Less than the
second after which PostgreSQL looks for a deadlock: the migration gives way, and never somebody's registration."""
MIGRATION_PAUSE_SECONDS = 1.0
"""Between two tries of the migrations: those who waited are through by then."""
MIGRATION_PATIENCE_SECONDS = 300.0
"""For how long migrations are tried: a dump of a large database lets go within that."""
BUCKET_PATIENCE_SECONDS = 60.0
"""For how long a call to the bucket of backups is made again: whoever waits at the command line can say so again."""
SQLITE_BUSY_TIMEOUT_SECONDS = 15
"""How long a SQLite writer waits for another: longer than any transaction of ours."""
TURN_RETRY_DELAYS_SECONDS = (0.1, 0.5)
"""Before each further try of a turn whose database call failed: a lock or a failover passes. Then the message waits."""

# --- a message and its answer ---

MAX_TURN_WAIT_SECONDS = 10.0
"""How long a webhook waits for its turn: Twilio hangs up after 15 s. Later the answer goes by the outbox."""
MAX_WEBHOOK_WAIT_MS = 12_000
"""Milliseconds after which no webhook request waits for a message any more: its answer goes by the outbox."""
CONVERSATION_LEASE_MS = 6_000
"""How long a holder of a person may be silent before another takes over: less than a webhook waits, so that the
repeat of a message whose process died is answered in its own response."""
LEASE_RENEWAL_SECONDS = 1.5
"""How often a holder at work says that it lives: several times a lease."""
SETTLING_TIME = timedelta(minutes=2)
"""Younger messages may still be on their way: Twilio tries a door four times, 15 s each, then the fallback."""
REPLAY_LOCK_SECONDS = 15.0
"""For which a share of the people is locked. Its holder renews the lock; a killed one blocks it no longer than this."""
REPLAY_RUN_LIMIT_SECONDS = 45.0
"""After which a replay leaves the rest to the next: less than JOB_TIMEOUT_SECONDS."""

# --- calls to Twilio, and pictures ---

TWILIO_TIMEOUTS_SECONDS = (5.0, 15.0)
"""To connect, and between two bytes of an answer."""
TWILIO_CHECK_TIMEOUT_SECONDS = 5.0
"""For each question of `doctor`: somebody waits for its lines."""
MAX_RETRY_AFTER_SECONDS = 3600.0
"""A provider's Retry-After is followed up to this."""
MEDIA_CHECK_TIMEOUTS_SECONDS = (3.0, 7.0)
"""To connect to our own link to a picture, and between two bytes: less than Twilio itself would wait for it."""
PHOTO_TIMEOUTS_SECONDS = (4.0, 6.0)
"""To connect to where a photo lies, and between two bytes."""
PHOTO_DOWNLOAD_SECONDS = 15.0
"""For the whole of a photo, tries and redirects included: a sender of single bytes does not hold us."""
PHOTO_RETRY_DELAY_SECONDS = 0.8
"""Before the one further try where Twilio stumbles, or has not stored the photo yet."""
PHOTO_DELETION_LEASE_TTL = timedelta(minutes=2)
"""How long a photo to be deleted is reserved for the process at work on it, which may have been killed."""
PHOTO_DELETION_RUN_LIMIT_SECONDS = 40.0
"""After which deleting photos is left to the next run: less than JOB_TIMEOUT_SECONDS."""

# --- other programs and processes ---

PROGRAM_TIMEOUT_SECONDS = 10
"""For redis-server or pg_dump to tell its version."""
READYZ_TIMEOUT_SECONDS = 5
"""For the web process to answer whether it is up, while `make run` starts it."""

# --- the outbox ---

DELIVERY_LEASE_TTL = timedelta(seconds=90)
"""How long a worker holds a message, before another may take it: its two calls to Twilio take 40 s at most."""
LOOKUP_DELAY = timedelta(seconds=30)
"""Twilio's list may not show a message at once: before this the look-up after an unclear try would prove nothing."""
RECHECK_DELAY = timedelta(seconds=2)
"""How soon an answer looks again whether an earlier one, to another address of its reader, has left."""
FIRST_DELAY_SECONDS = 2.0
"""The pause after the first failed try; it doubles with each further one, less a random part of up to half of it."""
MAX_DELAY_SECONDS = 900.0
"""The longest such pause."""
MAX_TRIES_OF_ONCE = 2
"""Tries in all of a message whose error allows one more try."""
DELIVERY_TTL = timedelta(hours=6)
"""How long a message is tried before it has failed."""
OTP_DELIVERY_TTL = timedelta(minutes=10)
"""How long an OTP is tried: one that comes later puzzles its reader, and nobody waits for it any more."""
STATUS_SILENCE = timedelta(minutes=3)
"""After which Twilio is asked for a message of which it has told nothing: its callbacks come within seconds."""
STATUS_ASKED_TTL = timedelta(minutes=15)
"""How soon it is asked again for the same message."""
PAIR_RATE_SECONDS = 6.0
"""Between two messages to somebody to whom we wrote too fast (docs/field-notes.md#error-codes, 63018)."""
PAIR_LIMIT_TTL_SECONDS = 600
"""How long such a person is written to slowly."""
SENDER_PAUSE_SECONDS = 300.0
"""A breaker: between two tries of a sender that Twilio has stopped (the class SENDER of the error codes)."""
REFUSED_TEMPLATE_PAUSE = timedelta(hours=1)
"""A breaker: how long a template is left alone after Twilio has refused a message with it."""
MAX_PLACE_WAIT_SECONDS = 1.0
"""How long a message waits for its place in the sender's rate before it is put off."""
DRAIN_SECONDS = 2.0
"""A drain ends after so long, so that periodic work has its turn; where anything is left it asks for the next one."""
BROADCAST_RUN_LIMIT_SECONDS = 3.0
"""After which the rest of a message to many is left to the next time: the worker has answers to send."""

# --- workers and the clock ---

JOB_TIMEOUT_SECONDS = 60
"""After which a job is ended, a drain as well as periodic work: each takes some seconds."""
WORKER_TTL_SECONDS = 25
"""RQ lets an idle worker say that it lives 15 s more often than this: every 10 s."""
MAX_HEARTBEAT_AGE = timedelta(seconds=30)
"""When an idle worker or the clock counts as gone: they tell every 10 s and 5 s that they live."""
MAX_BUSY_HEARTBEAT_AGE = timedelta(seconds=75)
"""When a worker at a job counts as gone, which tells it before and after: longer than JOB_TIMEOUT_SECONDS."""
EXPORT_HEARTBEAT_TIMEOUT = timedelta(seconds=60)
"""An export whose process has not said for so long that it lives is begun anew."""
MAX_EXPORT_TRIES = 3
"""How often one is begun: what ended three processes ends a fourth."""

# --- requests to the web process ---

HEAD_SECONDS = 10.0
"""From connecting, or the first byte of a next request, to the end of the headers. Twilio gives up after 15."""
BODY_SECONDS = 30.0
"""From there to the end of the body: a batch of 500 scans (250 KB) at 9 KB a second."""
ANSWER_SECONDS = 60.0
"""For reading an answer, from when a thread has made it: the largest file of ours (1 MB) at 17 KB a second."""
BLOCKED_SECONDS = 30.0
"""How long the thread of a longer answer waits for each piece of it to be read."""
LINGER_SECONDS = 2.0
"""How long a caller may take to close after the last answer: one who is cut off sooner may miss its end."""
KEEPALIVE_SECONDS = 20
"""How long a connection is kept open for a next request."""
WEB_PROCESS_TIMEOUT_SECONDS = 60
"""A web process whose main loop has not turned for so long is replaced."""
WEB_STOP_SECONDS = 15
"""In which a web process that is told to stop finishes what it holds: as long as Twilio waits."""
WEBHOOK_RETRY_AFTER_SECONDS = 5
"""When Twilio may try a message again that could not be kept: the Retry-After of the webhook's 503."""
PAGE_RETRY_AFTER_SECONDS = 30
"""When a visitor's page that needs Redis may be tried again: the Retry-After of its 503."""
API_RETRY_AFTER_SECONDS = 2
"""When a scan is worth another try that the database did not answer: the Retry-After of the API's 503."""
RECHECK_SECONDS = 10.0
"""Between two readings, for /readyz, of what runs out slowly."""

# --- `make run` ---

READY_TIMEOUT_SECONDS = 60.0
"""For all processes to be ready."""
LEFTOVER_TIMEOUT_SECONDS = 5.0
"""That the processes of a killed run may take to free the port."""
STOP_TIMEOUT_SECONDS = 7.0
"""For web, worker and clock to finish what they hold; with Redis's two all is over in less than ten."""
REDIS_STOP_TIMEOUT_SECONDS = 2.0
"""For the embedded Redis to write its file and end."""
MAX_DEATHS = 5
"""A breaker: a process that dies so often within DEATH_WINDOW_SECONDS ends the run."""
DEATH_WINDOW_SECONDS = 60.0
"""In which deaths are counted together."""
