"""The pages from which an event speaks to many: messages, the poster, the daily report to its admins."""
