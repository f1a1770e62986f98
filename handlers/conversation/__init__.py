"""Messages and emoji of people for the bot, outside of a command."""
