"""A captured page made fit to be looked at: its words and layout, and nothing that runs, loads or leads anywhere.

Every tag and attribute that is not on a list is left out; addresses are never kept. What is made is shown under a
policy that forbids all of it once more, see ``ringtrace.web.captures``: neither is relied on alone.
"""

from __future__ import annotations

import re
from html import escape

from ringtrace.text.pages.html import Element, parse


def _words(told: str) -> frozenset[str]:
    return frozenset(told.split())


_KEPT = _words("""
    a abbr address article aside b bdi bdo big blockquote body br caption center cite code col colgroup
    dd del details dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hgroup hr i
    ins kbd li main mark menu nav ol p pre q rp rt ruby s samp section small span strike strong sub
    summary sup table tbody td tfoot th thead time tr tt u ul var wbr
""")
_EMPTY = frozenset(("br", "col", "hr", "wbr"))
_DROPPED = _words("""
    script style template iframe frame object embed applet svg math noscript select option textarea
    video audio canvas title head
""")
"""With what stands in them; of all other tags the content stays."""
_ATTRIBUTES = _words("""
    align bgcolor border cellpadding cellspacing class color colspan dir face height id lang nowrap
    rowspan size start title valign width
""")
_STYLE = re.compile(r"[^\\<>@&\x00]{1,2000}")
_LOADS = ("url", "expression", "image", "src", "attr(")
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]{1,7000000}")


def shown_page(data: bytes, charset: str, images: bool, no_image: str = "image") -> str:
    """Return ``data`` as a whole HTML document.

    images: show pictures that the page itself holds (data addresses of raster formats); all others, and those too
    without it, give way to ``no_image`` and their own words in brackets.
    """
    page = parse(data, charset)
    parts = ['<!doctype html><html><head><meta charset="utf-8"><title></title></head><body>']
    dropped = 0
    for event in page.events:
        if isinstance(event, Element):
            if dropped or event.tag in _DROPPED:
                dropped += 1
            elif event.tag == "img":
                parts.append(_image(event, images, no_image))
            elif event.tag in _KEPT:
                parts.append(_open(event))
        elif isinstance(event, int):
            element = page.elements[event]
            if dropped:
                dropped -= 1
            elif element.tag in _KEPT - _EMPTY and element.tag != "body":
                parts.append(f"</{element.tag}>")
        elif not dropped:
            parts.append(escape(page.decode_units(page.units[event[0] : event[1]])))
    return "".join([*parts, "</body></html>"])


def _open(element: Element) -> str:
    if element.tag == "body":
        return ""
    told = [f' {name}="{escape(value)}"' for name, value in element.attributes.items() if name in _ATTRIBUTES]
    style = element.get("style")
    if _STYLE.fullmatch(style) and not any(word in style.lower() for word in _LOADS):
        told.append(f' style="{escape(style)}"')
    return f"<{element.tag}{''.join(told)}>"


def _image(element: Element, images: bool, no_image: str) -> str:
    source = element.get("src")
    if images and _PICTURE.fullmatch(source):
        return f'<img src="{escape(source)}" alt="{escape(element.get("alt"))}">'
    words = element.get("alt").strip()
    return f"[{escape(no_image)}{': ' + escape(words) if words else ''}]"
