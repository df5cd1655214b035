"""Every limit of Slack's that we draw against, in one table, and the ruler they are measured with.

Slack rejects a whole message for one block that is too long, so nothing is drawn without asking here.
Where Slack documents no number, the note says where ours comes from.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from adapters.spans import size

# A message
BLOCKS_A_MESSAGE: Final = 50
BLOCKS_A_VIEW: Final = 100  # Home tab and modals
TABLES_A_MESSAGE: Final = 1
BLOCKS_SIZE: Final = 11_000  # of all blocks as JSON. Undocumented: Slack says msg_blocks_too_long at about 13,200
# characters of text (slackapi/bolt-js#2509) and at 11,341 where blocks nest deep (#2867): so we count the JSON
POSTED_TEXT: Final = 40_000  # the top-level text; Slack cuts what is longer
UPDATED_TEXT: Final = 4_000  # the same in chat.update

# Blocks
HEADER: Final = 150
SECTION: Final = 3_000
RICH_TEXT: Final = 3_000  # undocumented: held to a section's
CONTEXT: Final = 2_000  # characters of one element; Slack takes 10 elements a block, we use one
ACTIONS: Final = 25  # elements
CONTEXT_ACTIONS: Final = 5  # elements
TABLE_ROWS: Final = 100  # with the heading row
TABLE_COLUMNS: Final = 20
TABLE_TEXT: Final = 10_000  # characters of all cells of a message
TABLE_CELL: Final = 2_000  # undocumented: longer cells read better as lines anyway

# Elements
BUTTON_TEXT: Final = 75
BUTTON_VALUE: Final = 2_000
CHECKBOXES: Final = 10
OPTIONS: Final = 100
OPTION_TEXT: Final = 75
OPTION_VALUE: Final = 150
PLACEHOLDER: Final = 150
URL: Final = 3_000

# Modals
MODAL_TITLE: Final = 24  # also its two buttons
METADATA: Final = 3_000
INPUT: Final = 3_000
LABEL: Final = 2_000

# Files
ALT: Final = 1_000  # characters of a picture's description (alt_txt_too_large)

# Ours
BUTTONS_IN_A_ROW: Final = 5  # of one kind; more become a menu
MODAL_WAIT: Final = 3.0  # seconds a trigger_id lives


_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def weigh(blocks: Sequence[Mapping[str, Any]]) -> int:
    """Count the characters of blocks as the JSON that is sent."""
    return size(_ENCODER.encode(blocks))
