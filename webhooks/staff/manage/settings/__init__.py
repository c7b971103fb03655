"""The pages on which an admin sets what the event is and how it looks."""
