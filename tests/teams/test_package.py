"""The app package is one Teams takes: its manifest's rules, its icons, its bytes; and what it offers is understood."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from click.testing import CliRunner

from adapters.teams import forms, package
from adapters.teams.package import COLOR, MANIFEST, OUTLINE, Order, build, faults, told
from bot import commands, machine
from bot.advisor import Knowledge
from bot.cli import main
from bot.errors import ConfigError
from tests.teams.fake import APP_ID

Json = dict[str, Any]
ORDER = Order(APP_ID)
EVERYTHING = Order(APP_ID, "ops.acme.example", hear_all=True, version="1.2.3")


def files(held: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(held)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def packed(content: dict[str, bytes]) -> bytes:
    held = BytesIO()
    with ZipFile(held, "w") as opened:
        for name, each in content.items():
            opened.writestr(name, each)
    return held.getvalue()


def changed(change: Callable[[Json], object]) -> list[str]:
    """The faults of our package after a change to its manifest."""
    content = files(build(EVERYTHING))
    manifest = json.loads(content[MANIFEST])
    change(manifest)
    return list(faults(packed(content | {MANIFEST: json.dumps(manifest).encode()})))


# What is built ----------------------------------------------------------------------------
@pytest.mark.parametrize("order", [ORDER, EVERYTHING], ids=["plain", "everything"])
def test_what_is_built_is_what_teams_takes(order: Order) -> None:
    held = build(order)
    assert [] == list(faults(held))
    assert [MANIFEST, COLOR, OUTLINE] == list(files(held))
    manifest = told(held)
    assert ("1.29", APP_ID, APP_ID) == (manifest["manifestVersion"], manifest["id"], manifest["bots"][0]["botId"])
    assert "/v1.29/" in manifest["$schema"]
    assert {"personal", "team", "groupChat"} == set(manifest["bots"][0]["scopes"])
    assert manifest["bots"][0]["supportsTargetedMessages"] is True


def test_the_same_order_gives_the_same_bytes() -> None:
    assert build(EVERYTHING) == build(Order(APP_ID.upper(), "OPS.acme.example", hear_all=True, version="1.2.3"))
    assert build(EVERYTHING) != build(ORDER)
    with ZipFile(BytesIO(build(ORDER))) as opened:
        assert {(1980, 1, 1, 0, 0, 0)} == {each.date_time for each in opened.infolist()}


def test_it_asks_to_hear_all_only_when_told_to() -> None:
    assert not {"authorization", "webApplicationInfo"} & set(told(build(ORDER)))
    manifest = told(build(EVERYTHING))
    asked = manifest["authorization"]["permissions"]["resourceSpecific"]
    expected = [("ChannelMessage.Read.Group", "Application"), ("ChatMessage.Read.Chat", "Application")]
    assert expected == [(each["name"], each["type"]) for each in asked]
    assert APP_ID == manifest["webApplicationInfo"]["id"]


def test_the_host_is_where_its_pages_are() -> None:
    assert [] == told(build(ORDER))["validDomains"]
    manifest = told(build(EVERYTHING))
    assert ["ops.acme.example"] == manifest["validDomains"]
    links = [value for name, value in manifest["developer"].items() if name.endswith("Url")]
    assert 3 == len(links) and all(each.startswith("https://ops.acme.example/") for each in links)


@pytest.mark.parametrize(
    ("order", "named"),
    [
        (Order("whichops"), "--app-id"),
        (Order(APP_ID[:-1]), "--app-id"),
        (Order(APP_ID + "\n"), "--app-id"),
        (Order(APP_ID, host="https://ops.acme.example"), "--host"),
        (Order(APP_ID, host="ops.acme.example/x"), "--host"),
        (Order(APP_ID, host="localhost"), "--host"),
        (Order(APP_ID, host="10.0.0.1"), "--host"),
        (Order(APP_ID, version="1.0"), "--app-version"),
        (Order(APP_ID, version="01.0.0"), "--app-version"),
        (Order(APP_ID, version="1.0.0-beta"), "--app-version"),
    ],
)
def test_a_wrong_order_is_refused_by_name(order: Order, named: str) -> None:
    with pytest.raises(ConfigError, match=f"^{named}: must be"):
        build(order)


# What it offers ---------------------------------------------------------------------------
def offered(scope: str, trigger: str) -> list[Json]:
    lists = told(build(ORDER))["bots"][0]["commandLists"]
    return [
        one for each in lists if scope in each["scopes"] and trigger in each["triggers"] for one in each["commands"]
    ]


@pytest.mark.parametrize("scope", ["team", "groupChat"])
def test_every_slash_command_is_one_that_is_understood(scope: str) -> None:
    found = {each["title"] for each in offered(scope, "slash")}
    assert "roadmap" in found
    for title in found:
        said, _ = forms.commanded(title, command=True)
        assert not isinstance(commands.parse(said), commands.Bad | None), title
    assert [] == offered("personal", "slash")


def test_every_mention_and_every_prompt_is_answered(knowledge: Knowledge) -> None:
    prompts = [each["prompt"] for each in offered("personal", "mention")]
    mentions = [each["title"] for each in offered("team", "mention")]
    assert 3 <= len(prompts) and 3 <= len(mentions)
    for words in [*prompts, *mentions]:
        said, _ = forms.commanded(words, command=False)
        if commands.parse(said) is None and said not in (
            "status",
            "stop",
        ):  # words of the interview, not of the matcher
            answer = machine.ask(knowledge.catalog, knowledge.matcher, {"text": said})
            assert "answer" == answer["outcome"], words


# The rules --------------------------------------------------------------------------------
def test_the_package_as_built_has_no_fault_to_begin_with() -> None:
    assert [] == changed(lambda manifest: None)


def bot(manifest: Json) -> Json:
    found: Json = manifest["bots"][0]
    return found


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda m: m.update(colour="x"), "colour"),
        (lambda m: m.update(manifestVersion="1.28"), "manifestVersion"),
        (lambda m: m.update({"$schema": "https://example.com"}), "$schema"),
        (lambda m: m.pop("accentColor"), "accentColor"),
        (lambda m: m.update(accentColor="green"), "accentColor"),
        (lambda m: m.update(id="whichops"), "id"),
        (lambda m: m.update(version=1), "version"),
        (lambda m: m["developer"].update(name="x" * 33), "developer.name"),
        (lambda m: m["developer"].update(privacyUrl="http://ops.acme.example/"), "developer.privacyUrl"),
        (lambda m: m["developer"].pop("termsOfUseUrl"), "developer.termsOfUseUrl"),
        (lambda m: m["name"].update(short="x" * 31), "name.short"),
        (lambda m: m["name"].update(full="x" * 101), "name.full"),
        (lambda m: m["description"].update(short="x" * 81), "description.short"),
        (lambda m: m["description"].update(full="x" * 4001), "description.full"),
        (lambda m: m["icons"].update(color="https://a/b.png"), "icons.color"),
        (lambda m: m["icons"].update(color="other.png"), "icons"),
        (lambda m: m.update(bots=[]), "bots"),
        (lambda m: m.update(bots=[bot(m), bot(m)]), "bots"),
        (lambda m: bot(m).update(botId="x"), "bots.0.botId"),
        (lambda m: bot(m).update(bot_id=APP_ID), "bots.0.bot_id"),
        (lambda m: bot(m).update(scopes=["team", "channel"]), "bots.0.scopes.1"),
        (lambda m: bot(m).update(scopes=["team"]), "bots.0: commands are listed for a scope"),
        (lambda m: bot(m).update(supportsTargetedMessages=False), "bots.0: slash commands need"),
        (lambda m: bot(m).update(supportsSessions=True), "bots.0.supportsSessions"),
        (lambda m: bot(m).update(commandLists=bot(m)["commandLists"] * 2), "bots.0.commandLists"),
        (
            lambda m: bot(m)["commandLists"][0].update(triggers=["slash"]),
            "bots.0.commandLists.0: slash commands are for",
        ),
        (lambda m: bot(m)["commandLists"][1].update(triggers=["click"]), "bots.0.commandLists.1.triggers.0"),
        (lambda m: bot(m)["commandLists"][1].update(commands=[]), "bots.0.commandLists.1.commands"),
        (
            lambda m: bot(m)["commandLists"][1].update(
                commands=[{"title": f"{n}", "description": "d"} for n in range(13)]
            ),
            "bots.0.commandLists.1.commands",
        ),
        (lambda m: bot(m)["commandLists"][1]["commands"][0].update(title="roadmap"), "a title is there twice"),
        (lambda m: bot(m)["commandLists"][1]["commands"][0].update(title="x" * 129), "commands.0.title"),
        (lambda m: bot(m)["commandLists"][0]["commands"][0].pop("prompt"), "commands.0: a command of type"),
        (lambda m: bot(m)["commandLists"][0]["commands"][0].update(type="basic"), "commands.0: a command of type"),
        (lambda m: m.update(defaultInstallScope="meetings"), "defaultInstallScope"),
        (lambda m: m["defaultGroupCapability"].update(team="tab"), "defaultGroupCapability.team"),
        (lambda m: m.update(validDomains=["https://ops.acme.example"]), "validDomains.0"),
        (lambda m: m.update(validDomains=["*.example"]), "validDomains.0"),
        (lambda m: m.pop("webApplicationInfo"), "permissions need webApplicationInfo"),
        (lambda m: m["webApplicationInfo"].update(resource="x" * 101), "webApplicationInfo.resource"),
        (
            lambda m: m["authorization"]["permissions"]["resourceSpecific"].clear(),
            "authorization.permissions.resourceSpecific",
        ),
    ],
)
def test_what_the_schema_refuses_is_named_with_its_place(change: Callable[[Json], object], place: str) -> None:
    found = changed(change)
    assert 1 == len(found), found
    assert place in found[0] and found[0].startswith(MANIFEST)


# The files --------------------------------------------------------------------------------
def pixels(image: bytes) -> Iterator[tuple[int, ...]]:
    """The pixels of an eight-bit PNG, by the format's own rules: inflate, then undo each line's filter."""
    width, height, depth, colours = (int.from_bytes(image[16:20]), int.from_bytes(image[20:24]), image[24], image[25])
    wide = {2: 3, 4: 2, 6: 4}[colours]
    assert (8, 0) == (depth, image[28])  # eight bits, not interlaced
    at, packed_lines = 8, b""
    while at < len(image):
        size, kind = int.from_bytes(image[at : at + 4]), image[at + 4 : at + 8]
        packed_lines += image[at + 8 : at + 8 + size] if kind == b"IDAT" else b""
        at += 12 + size
    raw, before = zlib.decompress(packed_lines), bytearray(width * wide)
    for number in range(height):
        start = number * (width * wide + 1)
        line = bytearray(raw[start + 1 : start + 1 + width * wide])
        for n in range(len(line)):
            left, up = (line[n - wide] if n >= wide else 0), before[n]
            corner = before[n - wide] if n >= wide else 0
            near = min((left, up, corner), key=lambda each: abs(left + up - corner - each))
            line[n] = (line[n] + (0, left, up, (left + up) // 2, near)[raw[start]]) & 255
        yield from (tuple(line[n : n + wide]) for n in range(0, len(line), wide))
        before = line


def test_the_outline_is_white_on_transparent_and_the_colour_icon_is_full() -> None:
    content = files(build(ORDER))
    outline = list(pixels(content[OUTLINE]))
    assert 32 * 32 == len(outline)
    assert {(255, 255, 255)} == {each[:3] for each in outline if each[3]}
    assert {0, 255} <= {each[3] for each in outline}
    coloured = list(pixels(content[COLOR]))
    assert 192 * 192 == len(coloured)
    accent = bytes.fromhex(told(build(ORDER))["accentColor"][1:])
    assert tuple(accent) == coloured[0][:3]  # to the very corner: Teams rounds it


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ({}, "holds nothing"),
        ({"extra.txt": b"x"}, "and nothing else"),
        ({COLOR: b"GIF89a"}, f"{COLOR}: is no PNG"),
        ({COLOR: None}, "it must hold"),
        ({MANIFEST: None}, "it must hold"),
        ({MANIFEST: b"{"}, f"{MANIFEST}: Invalid JSON"),
        ({MANIFEST: b"[]"}, f"{MANIFEST}: Input should be"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_another_layout_is_refused(content: dict[str, bytes | None], fault: str) -> None:
    whole: dict[str, bytes | None] = {**files(build(ORDER)), **content} if content else {}
    found = list(faults(packed({name: each for name, each in whole.items() if each is not None})))
    assert fault in found[0]


def test_icons_of_another_size_or_without_transparency_are_refused() -> None:
    content = files(build(ORDER))
    swapped = packed(content | {COLOR: content[OUTLINE], OUTLINE: content[COLOR]})
    assert [
        f"{COLOR}: is 32 x 32 pixels; it must be 192 x 192",
        f"{OUTLINE}: is 192 x 192 pixels; it must be 32 x 32",
        f"{OUTLINE}: has no transparency; it must be white on transparent",
    ] == list(faults(swapped))


@pytest.mark.parametrize("junk", [b"", b"PK", b"no zip", b"x" * (package.LIMIT + 1)], ids=["", "PK", "text", "large"])
def test_what_is_no_package_is_told(junk: bytes) -> None:
    assert 1 == len(list(faults(junk)))


def test_a_broken_package_is_told() -> None:
    held = bytearray(build(ORDER))
    held[200] ^= 255
    assert ["is no zip file"] == list(faults(bytes(held)))


# The command ------------------------------------------------------------------------------
def test_the_command_writes_the_package_and_says_what_next(tmp_path: Path) -> None:
    out = tmp_path / "app.zip"
    asked = ["teams", "package", "--app-id", APP_ID, "--out", str(out), "--hear-all", "--host", "ops.acme.example"]
    done = CliRunner().invoke(main, [*asked, "--app-version", "1.2.3"])
    assert (0, True) == (done.exit_code, "Upload" in done.output), done.output
    assert build(EVERYTHING) == out.read_bytes()


def test_the_command_leaves_nothing_behind_when_it_refuses(tmp_path: Path) -> None:
    out = tmp_path / "app.zip"
    done = CliRunner().invoke(main, ["teams", "package", "--app-id", "x", "--out", str(out)])
    assert (1, True, False) == (done.exit_code, "--app-id" in done.output, out.exists())


def test_the_command_takes_the_id_from_the_environment_and_warns_of_the_placeholder(tmp_path: Path) -> None:
    out = tmp_path / "app.zip"
    done = CliRunner().invoke(main, ["teams", "package", "--out", str(out)], env={"TEAMS_APP_ID": APP_ID})
    assert (0, True) == (done.exit_code, "--host" in done.output)
    assert build(ORDER) == out.read_bytes()
