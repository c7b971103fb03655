"""The conversations: data and pure functions. No network, no clock, no database."""
