"""Build the app package that Teams installs: our manifest, with the bot's id in it, and two icons, in a zip file.

The same input gives the same bytes. Whatever is built, or was built before, can be checked by the rules of Teams' own
schema, offline. Must never ask the network, nor write anything itself.
"""

from __future__ import annotations

import json
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from io import BytesIO
from typing import Final
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from pydantic import ValidationError

from adapters.teams.schema import GUID, HOST, RELEASE, Manifest
from adapters.wire import Json
from bot.errors import ConfigError

MANIFEST: Final = "manifest.json"
COLOR: Final = "color.png"
OUTLINE: Final = "outline.png"
SIDES: Final = {COLOR: 192, OUTLINE: 32}  # pixels: both are square
# What `hear_all` asks for: words of channels and of chats that don't mention us.
HEARS: Final = ("ChannelMessage.Read.Group", "ChatMessage.Read.Chat")
VERSION: Final = "1.0.0"  # of the package; a team takes an update only with a higher one
LIMIT: Final = 4 * 1024 * 1024  # bytes of a package that is looked at
_FOLDER: Final = resources.files("adapters.teams") / "manifest"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the earliest a zip file can name: when it was built is nobody's matter
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_WITH_ALPHA: Final = (4, 6)  # PNG's colour types


@dataclass(frozen=True, slots=True)
class Order:
    """What a package is built for."""

    app_id: str  # the bot's: Azure's "Microsoft App ID"
    host: str = ""  # our public host, whose pages the app's details link to
    hear_all: bool = False  # ask to hear what doesn't mention us
    version: str = VERSION


def manifest(order: Order) -> Json:
    """Fill in our manifest."""
    found: Json = json.loads(_FOLDER.joinpath(MANIFEST).read_text(encoding="utf-8"))
    app_id, host = order.app_id.lower(), order.host.lower()
    found["id"] = found["bots"][0]["botId"] = app_id
    found["version"] = order.version
    if host:
        links = {"websiteUrl": "/privacy", "privacyUrl": "/privacy", "termsOfUseUrl": "/terms"}
        found["developer"] |= {name: f"https://{host}{path}" for name, path in links.items()}
        found["validDomains"] = [host]
    if order.hear_all:
        found["webApplicationInfo"] = {"id": app_id, "resource": f"api://botid-{app_id}"}
        asked = [{"name": name, "type": "Application"} for name in HEARS]
        found["authorization"] = {"permissions": {"resourceSpecific": asked}}
    return found


def build(order: Order) -> bytes:
    """Build a package; raises ConfigError naming what Teams would refuse."""
    for name, value, pattern, like in (
        ("--app-id", order.app_id.lower(), GUID, "an id like 00000000-0000-0000-0000-000000000000"),
        ("--host", order.host.lower() or "example.com", HOST, "a name like ops.example.com, without https:// and path"),
        ("--app-version", order.version, RELEASE, "three numbers like 1.0.1"),
    ):
        if not re.fullmatch(pattern, value):
            raise ConfigError(f"{name}: must be {like}")
    files = {MANIFEST: (json.dumps(manifest(order), ensure_ascii=False, indent=2) + "\n").encode()}
    files |= {name: _FOLDER.joinpath(name).read_bytes() for name in SIDES}
    held = BytesIO()
    with ZipFile(held, "w", ZIP_STORED) as opened:  # stored: how well something packs depends on the machine
        for name, content in files.items():
            entry = ZipInfo(name, _EPOCH)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            opened.writestr(entry, content)
    package = held.getvalue()
    found = list(faults(package))
    if found:
        raise ConfigError("Teams would not take this package:\n" + "\n".join(f"  {each}" for each in found))
    return package


# Checking ---------------------------------------------------------------------------------
def faults(package: bytes) -> Iterator[str]:
    """List what Teams would refuse about a package, each with the place."""
    if len(package) > LIMIT:
        yield "is too large"
        return
    try:
        with ZipFile(BytesIO(package)) as opened:
            files = {each.filename: opened.read(each) for each in opened.infolist() if each.file_size <= LIMIT}
            names = opened.namelist()
    except (BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError):  # broken, odd, or with a password
        yield "is no zip file"
        return
    if sorted(names) != sorted((MANIFEST, *SIDES)):
        yield f"holds {', '.join(names) or 'nothing'}; it must hold {', '.join((MANIFEST, *SIDES))} and nothing else"
    if MANIFEST in files:
        yield from _misfits(files[MANIFEST])
    for name, side in SIDES.items():
        if name in files:
            yield from _blemishes(name, files[name], side)


def told(package: bytes) -> Json:
    """Read the manifest of a package without faults."""
    with ZipFile(BytesIO(package)) as opened:
        found: Json = json.loads(opened.read(MANIFEST))
    return found


def _misfits(text: bytes) -> Iterator[str]:
    try:
        Manifest.model_validate_json(text)
    except ValidationError as error:
        for each in error.errors(include_url=False, include_input=False):
            place = ".".join(str(step) for step in each["loc"])
            yield f"{MANIFEST}: {place}{': ' if place else ''}{each['msg'].removeprefix('Value error, ')}"
        return
    icons = json.loads(text)["icons"]
    if icons != {"color": COLOR, "outline": OUTLINE}:
        yield f"{MANIFEST}: icons: must be {COLOR} and {OUTLINE}"


def _blemishes(name: str, image: bytes, side: int) -> Iterator[str]:
    """Look at a picture's head: size, and whether there is transparency where there must be."""
    if not image.startswith(_PNG) or image[12:16] != b"IHDR" or len(image) < 33:
        yield f"{name}: is no PNG picture"
        return
    width, height, _, colours = struct.unpack(">IIBB", image[16:26])
    if (width, height) != (side, side):
        yield f"{name}: is {width} x {height} pixels; it must be {side} x {side}"
    if name == OUTLINE and colours not in _WITH_ALPHA and b"tRNS" not in image:
        yield f"{name}: has no transparency; it must be white on transparent"
