"""bot.domain.imports."""
