"""The command line: `python -m admin_cli`, one noun a module. It parses, calls the bot, prints."""
