"""Share a file in Slack: ask for an address, send the bytes there, name the conversation.

Slack shows a file only from the last of the three steps on, and some seconds later. A file that is there already is not
sent again, so that a try after a failure repeats as little as it can. Must never post a word that isn't the file's own.
"""

from __future__ import annotations

from typing import Final

from adapters.files import make
from adapters.recent import Recent
from adapters.slack import limits
from adapters.slack.api import Api, Bot, SlackError
from adapters.slack.words import escape
from adapters.spans import clean, shorten, size
from adapters.wire import Json, text
from bot.chat import File

# Files aren't for us there: the scope is missing, or the workspace takes none. What they hold is said in words then.
REFUSED: Final = {
    "access_denied",
    "file_type_not_allowed",
    "file_upload_size_restricted",
    "file_uploads_disabled",
    "file_uploads_except_images_disabled",
    "missing_scope",
    "slack_connect_file_upload_sharing_blocked",
    "snippet_too_large",
}


class Uploads:
    """Shares files, one at a time."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._there: Recent[tuple[int, int], str] = Recent()  # by reply and number: uploaded, perhaps not shared

    async def share(self, bot: Bot, which: tuple[int, int], file: File, where: Json) -> None:
        """Share a file in a conversation (`where`: its channel_id and perhaps thread_ts). Raises SlackError."""
        id_ = self._there.find(which)
        if id_ is None:
            id_ = await self._upload(bot, file)
            self._there.keep(which, id_)
        body = where | {"files": [{"id": id_, "title": clean(file.name)}]}
        said = clean(file.alt)
        if not file.pictured or size(said) > limits.ALT:  # else the picture has all of it as its description
            body["initial_comment"] = escape(said)
        await self._api.call(bot.token, "files.completeUploadExternal", body)
        self._there.drop(which)

    async def _upload(self, bot: Bot, file: File) -> str:
        made = await make(file)
        if made is None:
            raise SlackError("file_type_not_allowed")
        asked: Json = {"filename": made.name, "length": len(made.body)}
        if file.pictured:
            asked["alt_txt"] = shorten(clean(file.alt), limits.ALT)
        told = await self._api.call(bot.token, "files.getUploadURLExternal", asked)
        id_, url = text(told, "file_id"), text(told, "upload_url")
        if not id_ or not url:
            raise SlackError("internal_error")
        await self._api.upload(url, made.body)
        return id_
