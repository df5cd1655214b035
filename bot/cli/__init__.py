"""The command line, and the place where everything is put together.

`people` holds what people and machines call, `curators` what keeps the content, `admins` what keeps it running,
`keepers` what looks after the data.
"""

from bot.cli import admins, curators, keepers, people
from bot.cli.root import main

__all__ = ["admins", "curators", "keepers", "main", "people"]
