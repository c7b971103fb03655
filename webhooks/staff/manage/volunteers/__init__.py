"""The pages of the team: one by one, by list, by invitation."""
