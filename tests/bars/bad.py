"""Bad input refused (`make bad`): what no platform sends, signed and unsigned, by the thousand, at the real server."""

from __future__ import annotations

import asyncio
import copy
import json
import random
import shutil
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from aiohttp import ClientError, ClientTimeout

from tests.bars.bar import Bar, Figure, held_by
from tests.bars.load import Stage, stage
from tests.benchmarks.keep import ROOT
from tests.slack import sign as slack_sign
from tests.slack import test_door as slack_door
from tests.teams import sign as teams_sign
from tests.teams import test_door as teams_door

MUTATIONS = 20_000
CANARY = "zanzibar-canary-4711"
JSON_KIND, FORM_KIND = "application/json", "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Request:
    """One request; unsigned when `headers` say nothing of who sends."""

    path: str
    body: bytes
    headers: dict[str, str]


def signed(body: bytes, kind: str) -> Request:
    """Sign a body as Slack does."""
    headers = {"Content-Type": kind} | slack_sign.signed_bytes(body)
    return Request(slack_sign.PATH, body, headers)


def trusted(body: bytes, token: str) -> Request:
    """Send a body as Teams does."""
    return Request(teams_sign.PATH, body, {"Content-Type": JSON_KIND, "Authorization": f"Bearer {token}"})


async def send(on: Stage, request: Request) -> tuple[int, float]:
    """Send one; its status and how many ms it took."""
    begun = time.perf_counter()
    try:
        async with on.session.post(
            on.urls[0] + request.path, data=request.body, headers=request.headers, timeout=ClientTimeout(total=20)
        ) as answer:
            await answer.read()
            return answer.status, (time.perf_counter() - begun) * 1000
    except (ClientError, TimeoutError):
        return -1, 20_000.0


# What nobody sends ------------------------------------------------------------------------
def bad_requests(on: Stage) -> list[Request]:
    """Every bad body and shape the doors' tests know, with a word in it that must be in no log."""
    made = [signed(body if isinstance(body, bytes) else body.encode(), kind) for kind, body in slack_door.BAD]
    made += [signed(json.dumps(payload | {"note": CANARY}).encode(), JSON_KIND) for payload in slack_door.ODD]
    made += [signed(CANARY.encode() * 30_000, JSON_KIND), signed(b"\x1f\x8b" + CANARY.encode(), JSON_KIND)]
    token = on.teams.token()
    made += [trusted(body, token) for body in teams_door.BODIES.values()]
    good = teams_sign.message(on.teams, CANARY)
    made += [
        trusted(json.dumps(teams_door.changed(good, path, value)).encode(), token)
        for path, value in teams_door.SHAPES.values()
    ]
    whole = json.dumps(good).encode()
    claims: list[dict[str, Any]] = [
        {"aud": "other"}, {"iss": "https://evil.example"}, {"iss": None}, {"exp": 1}, {"alg": "HS256"}, {"alg": "none"},
        {"kid": "unknown"}, {"signed_by": "other"}, {"serviceurl": "https://evil.example/"},
    ]  # fmt: skip
    made += [trusted(whole, on.teams.token(**each)) for each in claims]
    made += [trusted(whole, each) for each in ("", "x", "a.b.c", "sending-token")]
    return made


async def b1(folder: Path) -> Figure:
    async with stage(folder) as on:
        requests = bad_requests(on)
        bare = [Request(each.path, each.body, {"Content-Type": each.headers["Content-Type"]}) for each in requests]
        told = [await send(on, each) for each in (*requests, *bare)]
        rows = _rows(folder)
        log = await _log(on)
    worst = max(took for _, took in told)
    statuses = Counter(status for status, _ in told)
    broken = sum(count for status, count in statuses.items() if (status >= 500 and status != 501) or status < 0)
    unsigned = sum(status < 400 for status, _ in told[len(requests) :])
    words = log.count(CANARY) + log.count("Traceback")
    said = (
        f"{len(requests)} requests, each unsigned too: {broken} errors of ours, {unsigned} unsigned taken, {rows} rows "
        f"written, {words} words or tracebacks in the log, slowest {worst:.0f} ms"
    )
    return Figure(said, not broken and not unsigned and not words and not rows and len(requests) >= 76)


def _rows(folder: Path) -> int:
    """Count what was written of conversations and replies."""
    with sqlite3.connect(f"file:{folder}/talk.db?mode=ro", uri=True) as connection:
        counts = [
            connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ("conversation", "outbox")
        ]
    return sum(counts)


async def _log(on: Stage) -> str:
    """End the server and read what it logged."""
    process = on.servers[0].process
    process.kill()
    assert process.stderr is not None
    return (await process.stderr.read()).decode(errors="replace")


# Mutations --------------------------------------------------------------------------------
ODDS: tuple[Any, ...] = (
    None,
    7,
    -1,
    1e308,
    "",
    "x" * 5_000,
    [],
    {},
    [[]],
    {"a": {}},
    True,
    "\x00",
    "\ud7ff",
    "<!channel>",
)


def mutated(payload: Any, chance: random.Random) -> Any:
    """Drop, retype, nest or repeat one field somewhere."""
    made = copy.deepcopy(payload)
    spots = list(_spots(made))
    held, key = chance.choice(spots)
    match chance.randrange(4):
        case 0:
            del held[key]
        case 1:
            held[key] = chance.choice(ODDS)
        case 2:
            held[key] = [held[key]] if chance.random() < 0.5 else {"value": held[key]}
        case _:
            held[key] = [held[key]] * 50
    return made


def _spots(value: Any) -> Iterator[tuple[Any, Any]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in list(inside):
        yield value, key
        yield from _spots(each)


def mutations(on: Stage, number: int) -> Iterator[Request]:
    """Mutate what was recorded of both platforms, the same way every time."""
    chance = random.Random(20_000)
    slack = [json.loads(path.read_text()) for path in sorted((ROOT / "tests/slack/payloads").glob("*.json"))]
    teams = [json.loads(path.read_text()) for path in sorted((ROOT / "tests/teams/payloads").glob("*.json"))]
    token = on.teams.token()
    for _ in range(number // 2):
        payload = chance.choice(slack)
        made = mutated(payload, chance)
        if "command" in payload:
            body = urlencode(
                {str(key): value if isinstance(value, str) else json.dumps(value) for key, value in made.items()}
            )
            yield signed(body.encode(errors="replace"), FORM_KIND)
        elif payload.get("type") in ("event_callback", "url_verification", "app_rate_limited"):
            yield signed(json.dumps(made).encode(), JSON_KIND)
        else:
            yield signed(urlencode({"payload": json.dumps(made)}).encode(), FORM_KIND)
        activity = chance.choice(teams) | {"serviceUrl": on.teams.service_url}
        yield trusted(json.dumps(mutated(activity, chance)).encode(), token)


async def b2(folder: Path) -> Figure:
    async with stage(folder) as on:
        left, statuses, refused = mutations(on, MUTATIONS), Counter[int](), list[Request]()

        async def some() -> None:
            for request in left:
                status, _ = await send(on, request)
                statuses[status] += 1
                if 400 <= status < 500 and len(refused) < 4_000:
                    refused.append(request)

        await asyncio.gather(*(some() for _ in range(16)))
    again = folder / "again"
    again.mkdir()
    async with stage(again) as on:
        for request in refused:
            fresh = (
                signed(request.body, request.headers["Content-Type"]) if request.path == slack_sign.PATH else request
            )
            if fresh is request:  # another Connector signs now
                fresh = trusted(request.body, on.teams.token())
            await send(on, fresh)
        rows = _rows(again)
    broken = sum(
        count for status, count in statuses.items() if (status >= 500 and status not in (501, 503)) or status < 0
    )
    told = dict(sorted(statuses.items()))
    said = f"{sum(statuses.values())} mutations: {told}; {len(refused)} refused ones wrote {rows} rows"
    return Figure(said, not broken and not rows)


# Locked in --------------------------------------------------------------------------------
LOCKED_IN = """
mount --bind / "$1" && mount -o remount,bind,ro "$1" && mount --bind "$2" "$1$2" && mount --bind /proc "$1/proc"
exec chroot "$1" /usr/bin/env -i -C "$2" HOME=/nonexistent XDG_CACHE_HOME="$2/cache" PYTHONDONTWRITEBYTECODE=1 \\
  WHICHOPS_PORT=0 WHICHOPS_DATABASE_URL="sqlite:///$2/talk.db" PYTHONPATH="$3" PATH=/usr/bin:/bin \\
  setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all \\
  "$4" -m bot "$5" "what is mlops"
"""


async def b14(folder: Path) -> Figure:
    missing = [each for each in ("unshare", "setpriv", "chroot") if shutil.which(each) is None]
    if missing:
        return Figure(f"can't be tried here: {', '.join(missing)} missing", held=False)
    data, root = folder / "data", folder / "root"
    for each in (data, root):
        each.mkdir()
    folder.chmod(0o755)
    shutil.chown(data, 65534, 65534)
    command = ["unshare", "-m", "sh", "-ec", LOCKED_IN, "sh", root, data, ROOT, sys.executable, "ask"]
    process = await asyncio.create_subprocess_exec(
        *map(str, command), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    said = f"as nobody, no capabilities, read-only root, no home: code {process.returncode}"
    told = "an answer" if b"MLOps" in out else err.decode(errors="replace")[-200:]
    return Figure(f"{said}, {told}", process.returncode == 0 and b"MLOps" in out and not err)


OTHERS = "else or old or forged or stale or twice or repeated"
WORDS = "ping or escape or hostile or limit or markup"
LOGS = "logged or tells_no_one or without_words"
BARS = (
    Bar("B1", "what no platform sends", "no error of ours, nothing written, no word in the log", b1),
    Bar("B2", f"{MUTATIONS:,} mutations of recorded payloads", "no error of ours, refused ones write nothing", b2),
    Bar("B3", "signatures with one bit off, old ones", "all refused", held_by("tests/slack/test_door.py")),
    Bar("B4", "tokens of others", "all refused", held_by("tests/teams/test_tokens.py")),
    Bar(
        "B5",
        "presses by others, old, forged, twice",
        "nothing changes",
        held_by("tests/contract", "tests/teams/test_talk.py", "-k", OTHERS),
    ),
    Bar("B6", "tenants with the same ids", "nothing crosses", held_by("tests/store", "-k", "tenant")),
    Bar(
        "B7",
        "hostile words",
        "no ping, no link, within every limit",
        held_by("tests/slack/test_render.py", "tests/teams/test_render.py", "-k", WORDS),
    ),
    Bar("B8", "hostile YAML", "refused with its line", held_by("tests/catalog/test_tree.py")),
    Bar(
        "B9",
        "every pattern against text that stalls",
        "none stalls",
        held_by("tests/test_repository.py", "-k", "stalls"),
    ),
    Bar("B10", "secrets and words in logs", "none", held_by("tests", "-k", LOGS)),
    Bar(
        "B11",
        "addresses to be tricked by",
        "nothing leaves for another host",
        held_by("tests/teams/test_door.py", "tests/slack", "-k", "host or url or address"),
    ),
    Bar("B12", "a person who is forgotten", "no byte is left", held_by("tests", "-k", "forget or byte")),
    Bar(
        "B13",
        "what is installed",
        "pinned by hash, nothing unsafe imported",
        held_by("tests/test_repository.py", "-k", "lock or unsafe"),
    ),
    Bar("B14", "locked in: nobody, no rights, a read-only root", "answers", b14),
)
