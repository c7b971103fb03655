"""Everything that leaves: the outbox, its dispatch, campaigns, pictures, templates, and Twilio."""
