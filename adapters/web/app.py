"""The local web chat: one page, one fragment a turn, no build step.

A browser session is the author, a thread is an address (`/t/<id>`). The page keeps the transcript and sends
a turn again under the same id until it is answered; the core answers each id once. Must never trust what
comes in: the host, the origin, the size, the shape and the pace of every post are checked here.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import resources
from ipaddress import ip_address
from math import ceil
from time import monotonic
from typing import Annotated, Protocol
from urllib.parse import urlsplit
from uuid import UUID, uuid4, uuid5

from aiohttp import web
from jinja2 import Environment, StrictUndefined, Template
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from adapters import files
from adapters.pace import Pace
from adapters.web import render
from bot.chat import Message, Place, Reply, Text
from bot.errors import StoreError
from bot.roadmap.road import Road

COOKIE = "whichops"
BODY_LIMIT = 64 * 1024  # bytes; a question is cut at 3,000 characters anyway
THREAD = r"[a-z0-9](?:[a-z0-9-]{6,46})[a-z0-9]"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # not no-referrer: that would blank the Origin of our own forms
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_FOLDER = resources.files("adapters.web")
_FILES = {"chat.js": "text/javascript", "chat.css": "text/css", "logo.svg": "image/svg+xml"}
_SESSION = re.compile(r"[A-Za-z0-9_-]{22}")

Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Advises(Protocol):
    """What the chat needs of the advisor. Both raise StoreError when a turn can't be taken now."""

    async def handle(self, message: Message) -> tuple[Reply, ...]:
        """Answer a message; the same id again gets the same replies again."""

    async def open(self, place: Place, author: str) -> tuple[Reply, ...]:
        """Say what someone sees who comes (back) to a thread."""

    async def remind(self, tenant: str, author: str, now: datetime) -> tuple[Reply, ...]:
        """Say what somebody is to be reminded of by now; once."""

    async def at_home(self, tenant: str, author: str) -> tuple[Place, Road, Text] | None:
        """Find somebody's roadmap, where it is, and where they are on it."""

    async def said(self, message: Message) -> tuple[Reply, ...]:
        """Say again what was said to a message, for a day; nothing of it happens again."""


class Said(BaseModel):
    """What the page posts for one turn."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: UUID
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=6000)]
    zone: Annotated[str, StringConstraints(max_length=60)] = ""  # the browser's time zone, by its IANA name


@dataclass(frozen=True, slots=True)
class Spot:
    """Another place the advisor can speak in. `needs` are the settings that switch it on; none: it is on."""

    name: str
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a turn was not taken: a code, for which the page holds the words. `wait` is in seconds."""

    status: int
    code: str
    wait: float = 0

    @property
    def headers(self) -> dict[str, str]:
        """Tell when to try again, where that helps."""
        return {"Retry-After": str(ceil(self.wait))} if self.wait else {}

    def response(self) -> web.Response:
        """Answer a script."""
        headers = {"Cache-Control": "no-store"} | self.headers
        return web.json_response({"error": self.code}, status=self.status, headers=headers)


@dataclass(frozen=True, slots=True)
class Chat:
    """The web chat over one advisor. `spots` are the other places it may speak in."""

    advisor: Advises
    spots: Sequence[Spot] = ()
    pace: Pace = field(default_factory=Pace)

    def routes(self) -> list[web.RouteDef]:
        """List what the server mounts."""
        at = "/t/{thread:" + THREAD + "}"
        return [
            web.get("/", _guarded(self.show)),
            web.get("/new", _guarded(begin)),
            web.get(at, _guarded(self.show)),
            web.get(at + "/open", _guarded(self.open)),
            web.post(at + "/say", _guarded(self.say)),
            web.post(at + "/due", _guarded(self.due)),
            web.get(at + "/road", _guarded(self.road)),
            web.get(at + "/file/{turn:[0-9a-f-]{36}}/{name:" + files.NAME + "}", _guarded(self.file)),
            web.get("/static/{name}", _guarded(send_file)),
            web.get("/favicon.ico", _guarded(send_file)),
        ]

    async def show(self, request: web.Request) -> web.Response:
        """Send the page. At `/` the page itself goes on with the newest thread it knows."""
        return self._page(request.match_info.get("thread") or str(uuid4()))

    async def open(self, request: web.Request) -> web.Response:
        """Send what someone sees who comes (back) to a thread."""
        session, author = _author(request)
        place = _place(request)
        try:
            replies = await self.advisor.open(place, author)
        except StoreError:
            return Trouble(503, "busy", 1).response()
        return _signed(_html(render.fragment(replies, _press(place))), request, session)

    async def say(self, request: web.Request) -> web.Response:
        """Take one turn: from the page's script (JSON, answered by a fragment) or from a plain form (by a page)."""
        plain_form = request.content_type == "application/x-www-form-urlencoded"
        said = await (_form(request) if plain_form else _json(request))
        session, author = _author(request)
        place = _place(request)
        result = await self._turn(said, author, place)
        if plain_form:
            return _signed(self._page(place.thread, said, result), request, session)
        if isinstance(result, Trouble):
            return result.response()
        return _signed(_html(render.fragment(result, _press(place, said))), request, session)

    async def file(self, request: web.Request) -> web.Response:
        """Send a file of a reply, to the session it was made for."""
        place, (_, author) = _place(request), _author(request)
        about = Message(f"{place.thread}/{request.match_info['turn']}", place, author, "", True, datetime.now(UTC))
        try:
            made = await files.found(await self.advisor.said(about), request.match_info["name"])
        except StoreError:
            return Trouble(503, "busy", 1).response()
        return files.response(made, save="save" in request.query) if made else Trouble(404, "gone").response()

    async def due(self, request: web.Request) -> web.Response:
        """Send the reminders that are due for who has the page open; nothing, mostly."""
        place, (session, author) = _place(request), _author(request)
        try:
            replies = await self.advisor.remind(place.owner, author, datetime.now(UTC))
        except StoreError:
            return Trouble(503, "busy", 1).response()
        return _signed(_html(render.fragment(replies, _press(place))), request, session)

    async def road(self, request: web.Request) -> web.Response:
        """Send where somebody is on their roadmap, with the way to it; nothing while they have none."""
        place, (session, author) = _place(request), _author(request)
        try:
            found = await self.advisor.at_home(place.owner, author)
        except StoreError:
            return Trouble(503, "busy", 1).response()
        drawn = render.road(found[0].thread, found[1], found[2]) if found else ""
        return _signed(_html(drawn), request, session)

    async def _turn(self, said: Said | None, author: str, place: Place) -> tuple[Reply, ...] | Trouble:
        if said is None:
            return Trouble(400, "unreadable")
        if wait := self.pace.wait(author, monotonic()):
            return Trouble(429, "too-many", wait)
        try:
            # The thread is part of the id: a turn repeated in another thread is another turn.
            return await self.advisor.handle(
                Message(f"{place.thread}/{said.id}", place, author, said.text, True, datetime.now(UTC), said.zone)
            )
        except StoreError:
            return Trouble(503, "busy", 1)

    def _page(self, thread: str, said: Said | None = None, result: tuple[Reply, ...] | Trouble = ()) -> web.Response:
        trouble = result if isinstance(result, Trouble) else None
        replies = () if isinstance(result, Trouble) else result
        press = render.Press(f"/t/{thread}/say", str(uuid4()), _files(thread, said))
        drawn = PAGE.render(
            press=press,
            spots=self.spots,
            said=said.text if said and not said.text.startswith("/") else "",
            replies=render.fragment(replies, press),
            trouble=trouble.code if trouble else "",
            thread=thread,
            version=VERSION,
        )
        response = _html(drawn, trouble.status if trouble else 200)
        response.headers.update(trouble.headers if trouble else {})
        return response


async def begin(request: web.Request) -> web.Response:
    """Go to a new thread."""
    raise web.HTTPFound(f"/t/{uuid4()}")


# What a request must be -------------------------------------------------------------------
def _guarded(serve: Serve) -> Serve:
    """Refuse other sites: a rebound host name, or a post that did not start on our own page."""

    async def checked(request: web.Request) -> web.StreamResponse:
        if not _is_ours(request.headers.get("Host", "")):
            return Trouble(403, "wrong-host").response()
        if request.method == "POST" and not _from_our_page(request):
            return Trouble(403, "wrong-origin").response()
        return await serve(request)

    return checked


def _is_ours(host: str) -> bool:
    """Only loopback names: another name that leads here is a rebinding attack."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


def _from_our_page(request: web.Request) -> bool:
    """Browsers put Origin on every post. Without one only a program that says nothing of sites may post."""
    origin = request.headers.get("Origin")
    if origin is None:
        return request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
    parts = urlsplit(origin)
    return parts.scheme in ("http", "https") and parts.netloc == request.headers.get("Host", "")


async def _json(request: web.Request) -> Said | None:
    if request.content_type != "application/json":
        return None
    try:
        return Said.model_validate_json(await request.read())
    except ValidationError:
        return None


async def _form(request: web.Request) -> Said | None:
    """Read a plain form. Its id stands for all its buttons, so the turn's id is made of both."""
    try:
        sent = await request.post()
        words = [word for name in ("text", "option") for word in sent.getall(name, []) if isinstance(word, str)]
        text = " ".join(words)
        turn = uuid5(UUID(str(sent.get("id", ""))), text)
        return Said.model_validate({"id": turn, "text": text})
    except (ValueError, LookupError):  # pydantic's ValidationError and every decoding error are ValueErrors
        return None


def _place(request: web.Request) -> Place:
    return Place("web", "local", "web", request.match_info["thread"])


def _press(place: Place, said: Said | None = None) -> render.Press:
    return render.Press(f"/t/{place.thread}/say", str(uuid4()), _files(place.thread, said))


def _files(thread: str, said: Said | None) -> str:
    """Say where the files of the replies to a turn are; "" without one."""
    return f"/t/{thread}/file/{said.id}" if said else ""


# Who someone is ---------------------------------------------------------------------------
def _author(request: web.Request) -> tuple[str, str]:
    """Read the session, or begin one. The author is its hash, so what is stored opens no session."""
    session = request.cookies.get(COOKIE, "")
    if not _SESSION.fullmatch(session):
        session = secrets.token_urlsafe(16)
    return session, "web-" + hashlib.sha256(session.encode()).hexdigest()[:24]


def _signed(response: web.Response, request: web.Request, session: str) -> web.Response:
    """Set the session cookie, kept for a year so that an interview outlives the browser and the server.

    Only fragments and posts set it, never the page: a page reached from another site arrives without the
    strict cookie and must not overwrite it.
    """
    if request.cookies.get(COOKIE) != session:
        year = 365 * 24 * 3600
        response.set_cookie(COOKIE, session, max_age=year, httponly=True, samesite="Strict", secure=request.secure)
    return response


# What goes out ----------------------------------------------------------------------------
def _html(drawn: str, status: int = 200) -> web.Response:
    return web.Response(
        text=drawn, status=status, content_type="text/html", charset="utf-8", headers={"Cache-Control": "no-store"}
    )


async def send_file(request: web.Request) -> web.Response:
    """Send one of the page's own files."""
    name = request.match_info.get("name", "logo.svg")
    if name not in STATIC:
        raise web.HTTPNotFound
    tag = f'"{hashlib.sha256(STATIC[name]).hexdigest()[:16]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if request.headers.get("If-None-Match") == tag:
        return web.Response(status=304, headers=headers)
    return web.Response(body=STATIC[name], content_type=_FILES[name], charset="utf-8", headers=headers)


STATIC = {name: (_FOLDER / name).read_bytes() for name in _FILES}
VERSION = hashlib.sha256(b"".join(STATIC.values())).hexdigest()[:12]
PAGE: Template = Environment(autoescape=True, undefined=StrictUndefined).from_string(
    (_FOLDER / "page.html").read_text(encoding="utf-8")
)
