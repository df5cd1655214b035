"""`python -m bot` is the same as `whichops`."""

from bot.cli import main

main()
