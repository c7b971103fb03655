"""The whole chat at random: people of every role, whatever they say, time that passes, events that change."""
