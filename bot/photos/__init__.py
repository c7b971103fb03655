"""Photos of QRs from people on a roster: fetched from Twilio, read, and deleted there. None is kept."""
