"""The conversation of volunteers at a gate: codes, commands, counts, photos, walk-ups."""
