"""Messages that wait to leave: rows, leases, rate limit, statuses. `enqueue` is the way in."""
