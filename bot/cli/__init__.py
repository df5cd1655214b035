"""The command line, and the place where everything is put together.

`people` holds what people and machines call, `curators` what keeps the content, `admins` what keeps it running.
"""

from bot.cli import admins, curators, people
from bot.cli.root import main

__all__ = ["admins", "curators", "main", "people"]
