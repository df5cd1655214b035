"""Slack's Web API by Slack's SDK, and the two addresses it gives us to post to without a token.

Must never try anything again (the outbox does, or whoever asked), nor send a thing to a host that isn't Slack's.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.sender import SEND
from adapters.slack.api import SlackError, error_of
from adapters.wire import Json

BY_QUERY: Final = {  # methods that take no JSON
    "conversations.history",
    "conversations.info",
    "conversations.replies",
    "users.info",
}
BY_FORM: Final = {"files.completeUploadExternal", "files.getUploadURLExternal"}  # as Slack's own SDK sends them
RESPONSE_HOSTS: Final = ("hooks.slack.com", "hooks.slack-gov.com")
UPLOAD_HOSTS: Final = ("files.slack.com", "files.slack-gov.com")

QUIET: Final = logging.getLogger("adapters.slack.sdk")  # at INFO and DEBUG the SDKs log bodies and people's words
QUIET.setLevel(logging.CRITICAL)


class WebApi:
    """Slack's Web API over one connection pool. Tries nothing again: the outbox does, or whoever asked."""

    def __init__(self, base_url: str, session: ClientSession) -> None:
        self.client = AsyncWebClient(
            base_url=base_url, session=session, timeout=int(SEND), logger=QUIET, retry_handlers=[]
        )
        self._session = session
        self._home = urlsplit(base_url).netloc

    async def call(self, token: str, method: str, body: Json) -> Json:
        """Call a method. Raises SlackError."""
        headers = {"Authorization": f"Bearer {token}"}
        try:
            if method in BY_QUERY:
                params = {key: str(value).lower() if value is True else value for key, value in body.items()}
                response = await self.client.api_call(method, http_verb="GET", params=params, headers=headers)
            elif method in BY_FORM:
                data = {
                    key: json.dumps(value) if isinstance(value, list) else str(value) for key, value in body.items()
                }
                response = await self.client.api_call(method, data=data, headers=headers)
            else:
                response = await self.client.api_call(method, json=body, headers=headers)
        except SlackApiError as error:
            raise _refused(error) from None
        except (ClientError, TimeoutError, OSError) as error:
            raise SlackError("timeout" if isinstance(error, TimeoutError) else "connection") from None
        except AttributeError:  # the SDK's own, when something between us and Slack answers with plain text
            raise SlackError("service_unavailable") from None
        return response.data if isinstance(response.data, dict) else {}

    async def respond(self, url: str, body: Json) -> None:
        """Post to a response URL of Slack's, and of nobody else's. Raises SlackError."""
        if not self._is_slack(url, RESPONSE_HOSTS):
            raise SlackError("foreign_response_url")
        told = await self._post(url, json=body)
        if told is not None:
            raise SlackError(told if told.replace("_", "").isalnum() else "response_url_refused")

    async def upload(self, url: str, body: bytes) -> None:
        """Post a file's bytes to an address for uploads of Slack's, and of nobody else's. Raises SlackError."""
        if not self._is_slack(url, UPLOAD_HOSTS):
            raise SlackError("foreign_upload_url")
        if await self._post(url, data=body) is not None:
            raise SlackError("upload_refused")

    def _is_slack(self, url: str, hosts: Sequence[str]) -> bool:
        parts = urlsplit(url)
        return (parts.scheme == "https" and parts.netloc in hosts) or parts.netloc == self._home

    async def _post(self, url: str, **body: Any) -> str | None:
        """Post without a token; what was answered if it wasn't 200."""
        try:
            posting = self._session.post(url, allow_redirects=False, proxy=self.client.proxy, **body)
            async with posting as response:
                if response.status == 200:
                    return None
                if response.status == 429:
                    raise SlackError("ratelimited", _wait(response.headers.get("Retry-After")))
                if response.status >= 500:
                    raise SlackError("service_unavailable")
                return (await response.text())[:80]
        except (ClientError, TimeoutError, OSError):
            raise SlackError("connection") from None


def _refused(error: SlackApiError) -> SlackError:
    response: Any = error.response
    status = getattr(response, "status_code", 0) or getattr(response, "status", 0)
    headers = getattr(response, "headers", None) or {}
    if status == 429:
        return SlackError("ratelimited", _wait(headers.get("Retry-After")))
    if status >= 500:
        return SlackError("service_unavailable")
    code = error_of(getattr(response, "data", None)) or "internal_error"
    return SlackError(code, _wait(headers.get("Retry-After")) if code in ("ratelimited", "rate_limited") else None)


def _wait(header: str | None) -> float:
    try:
        return max(0.1, float(header or 1))
    except ValueError:
        return 1.0
