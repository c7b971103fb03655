"""The command line: `pravesh`, one noun a module. It parses, calls the bot, prints."""
