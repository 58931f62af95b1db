"""The names of the commands, for what has to know them before anything else is imported."""

COMMANDS = ("show", "run", "export", "handout", "describe", "lessons", "cards", "doctor")

DRAWING_COMMANDS = ("show", "export", "handout")
"""Those that draw in the language asked for, whatever standard output can write."""
