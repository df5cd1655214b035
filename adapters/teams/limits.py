"""Every limit of Teams' that we draw against, in one table, and the ruler they are measured with.

Teams answers 413 to a whole message that is too big, and leaves out without a word what a client can't draw. Where it
documents no number, the note says where ours comes from.
"""

from __future__ import annotations

import json
from typing import Any, Final

# A message
MESSAGE: Final = 80_000  # bytes of its JSON in UTF-16; Teams refuses it over 100 KB and asks for less than 80
CONTENT: Final = 62_000  # of those, for words and cards: the rest is for who, where, the summary and what is cited
SUMMARY: Final = 240  # characters, ours: a notification shows fewer

# Sources
CITATIONS: Final = 20
CITED_NAME: Final = 80
CITED_ABSTRACT: Final = 160
CITED_URL: Final = 500  # ours: a longer address is a link, not a citation
CITED: Final = 8_000  # bytes of all citations of a message, ours

# A card
PRIMARY: Final = 6  # buttons of one list; more aren't drawn (MicrosoftDocs/msteams-docs#5356)
TABLE_COLUMNS: Final = 6  # ours: more can't be read in a chat's width
TABLE: Final = 28_000  # bytes of one table with what stands in for it, ours
LABEL: Final = 75  # characters of a button's title, ours: longer ones are cut by the client
SAYS: Final = 2_000  # characters of what a button says, ours
ROW: Final = 52  # characters of the titles of buttons that share a row, ours: what a phone's width holds
ROW_BUTTON: Final = 5  # what a button's own frame takes of that

# Files
PICTURE: Final = 1_000_000  # bytes of a picture in a message; Teams documents 1 MB and 1024 x 1024 pixels
SIDE: Final = 1_024

# Words
PART: Final = 2_500  # characters of one paragraph; written in JSON's escapes they stay under CONTENT
URL: Final = 1_500  # a longer address is shown, not linked


def weigh(value: Any) -> int:
    """Count the bytes of a value as the JSON that Teams measures."""
    return len(json.dumps(value)) * 2  # json.dumps escapes all but ASCII, so that a character is two bytes of UTF-16
