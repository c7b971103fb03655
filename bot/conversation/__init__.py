"""The path of a message, from a person's list in Redis to effects and an answer. Doors use `dialogue`."""
