"""What every command is made of: session, options, output, progress, refusals. All commands use it."""
