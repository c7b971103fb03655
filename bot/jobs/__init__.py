"""Background processes: RQ's worker and tasks, the clock, exports."""
