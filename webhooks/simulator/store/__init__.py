"""What the simulator keeps in Redis: messages, media, templates, phones."""
