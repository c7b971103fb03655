"""What may be said to whom: broadcasts and their audience, templates, one-time codes and limits."""
