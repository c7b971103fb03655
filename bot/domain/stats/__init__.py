"""Counters, the dashboard, charts and alerts. Only `counters` and `recount` write; all else reads."""
