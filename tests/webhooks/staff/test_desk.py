"""The desk: registering walk-ups by the form, what it refuses, and the slips that it prints."""

import re
from collections.abc import Callable
from datetime import time, timedelta
from typing import Any
from unittest.mock import ANY

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from bot.domain import audit, event_changes, events, gates, kinds, passes, places, staff, tokens
from bot.domain.models import AuditEntry, Checkin, Delivery, EventDay, Pass, Registration, Staff, WalkupRecord
from bot.service import Service
from flows import codes, consent
from tests.webhooks.staff.conftest import RAVI, Browser
from webhooks.staff import login, slip

MIRA = "+919822222222"
CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}")
