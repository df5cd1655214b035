"""A road on one page to print, or to read in any browser, without anything from outside. Must never hold a script."""

from __future__ import annotations

import re
from datetime import date
from html import escape
from typing import Final

from bot.roadmap import picture
from bot.roadmap.lettering import clean
from bot.roadmap.palette import PALETTES
from bot.roadmap.road import Road, Stretch
from bot.roadmap.wording import Words, facts, say

_SIZE: Final = re.compile(r' width="\d+" height="\d+"')
_LOOK: Final = """
:root{color-scheme:light}
*{box-sizing:border-box}
body{margin:0 auto;max-width:76rem;padding:1.5rem;background:GROUND;color:INK;
font:1rem/1.45 Inter,system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif}
main{display:grid;gap:2rem;grid-template-columns:minmax(0,1fr)}
figure{margin:0}
svg{display:block;width:100%;height:auto;border-radius:1rem}
ol{margin:0;padding-left:1.6rem}
li{margin:0 0 .9rem;break-inside:avoid}
li.over{color:SOFT}
h1{font-size:1.3rem;margin:0 0 1rem}
h2{font-size:1rem;margin:0}
p{margin:.15rem 0}
.facts,footer{color:SOFT}
a{color:ACCENT;overflow-wrap:anywhere}
@media (min-width:60rem){main{grid-template-columns:minmax(0,9fr) minmax(0,10fr)}}
@page{size:A4;margin:11mm}
@media print{body{max-width:none;padding:0;background:#fff;font-size:7.6pt;line-height:1.3;print-color-adjust:exact;
-webkit-print-color-adjust:exact}
main{grid-template-columns:minmax(0,9fr) minmax(0,10fr);gap:6mm}
svg{max-height:272mm}li{margin-bottom:1.5mm}h1{font-size:11pt;margin-bottom:2mm}h2{font-size:8.4pt}}
"""


def html(road: Road, today: date, words: Words) -> str:
    """Write a road as a page of its own: the picture, and beside it what each module takes and proves."""
    colours = PALETTES["light"]
    drawn = _SIZE.sub("", picture.draw(road, today=today, words=words), count=1)
    look = _LOOK.strip()
    for name in ("ground", "ink", "soft", "accent"):
        look = look.replace(name.upper(), getattr(colours, name))
    title = escape(clean(say(words, "export-name", topic=road.topic_title)))
    items = "".join(_item(road, each, words) for each in road.stretches)
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(words["export-language"])}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>\n{look}\n</style>\n</head>\n<body>\n<main>\n<figure>{drawn}</figure>\n"
        f"<section>\n<h1>{title}</h1>\n<ol>\n{items}</ol>\n</section>\n</main>\n</body>\n</html>\n"
    )


def _item(road: Road, each: Stretch, words: Words) -> str:
    links = ", ".join(f'<a href="{escape(one.url)}">{escape(clean(one.title))}</a>' for one in each.resources)
    over = each.mark is not None and each.mark.state != "stuck"
    lines = [
        f"<h2>{escape(clean(each.title))}</h2>",
        f'<p class="facts">{escape(" · ".join(facts(words, road, each)))}</p>',
    ]
    lines += [f"<p>{escape(clean(say(words, 'export-exit', exit=each.exit)))}</p>"] if each.exit else []
    lines += [f"<p>{links}</p>"] if links else []
    kind = ' class="over"' if over else ""
    return f"<li{kind}>{''.join(lines)}</li>\n"
