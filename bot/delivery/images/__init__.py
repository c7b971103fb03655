"""Pictures and printed sheets with passes, and the links under which Twilio fetches them."""
