"""Which tags open and close what, as the HTML standard's tree construction has it."""

from __future__ import annotations

VOID = frozenset(
    [
        "area",
        "base",
        "basefont",
        "bgsound",
        "br",
        "col",
        "embed",
        "frame",
        "hr",
        "img",
        "input",
        "keygen",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    ]
)
RAW = frozenset(["script", "style", "textarea", "title", "xmp", "noembed", "noframes", "iframe"])
UNTIL_END = frozenset(("script", "style"))
BLOCK = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "dialog",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "frameset",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hr",
        "html",
        "legend",
        "li",
        "listing",
        "main",
        "menu",
        "nav",
        "ol",
        "optgroup",
        "option",
        "p",
        "plaintext",
        "pre",
        "search",
        "section",
        "summary",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
        "caption",
        "td",
        "th",
    ]
)
TABLE_PARTS = frozenset(["table", "tbody", "thead", "tfoot", "tr", "td", "th", "caption"])
CELLS = frozenset(["td", "th", "table", "caption"])
NOT_PUSHED = frozenset(("html", "body"))
P_CLOSERS = BLOCK - frozenset(
    ["option", "optgroup", "html", "body", "td", "th", "tr", "tbody", "thead", "tfoot", "caption", "legend", "summary"]
)
# start tag -> (open elements it closes, elements that stop the search)
IMPLIED: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "li": (frozenset(("li",)), frozenset(("ul", "ol", "menu", "table"))),
    "dd": (frozenset(("dd", "dt")), frozenset(("dl", "table"))),
    "dt": (frozenset(("dd", "dt")), frozenset(("dl", "table"))),
    "option": (frozenset(("option",)), frozenset(("select", "datalist"))),
    "optgroup": (frozenset(("option", "optgroup")), frozenset(("select",))),
    "td": (frozenset(("td", "th")), frozenset(("tr", "table"))),
    "th": (frozenset(("td", "th")), frozenset(("tr", "table"))),
    "tr": (frozenset(("tr", "td", "th", "caption")), frozenset(("table", "tbody", "thead", "tfoot"))),
    "tbody": (frozenset(("tbody", "thead", "tfoot", "tr", "caption")), frozenset(("table",))),
    "thead": (frozenset(("tbody", "thead", "tfoot", "tr", "caption")), frozenset(("table",))),
    "tfoot": (frozenset(("tbody", "thead", "tfoot", "tr", "caption")), frozenset(("table",))),
    "a": (frozenset(("a",)), BLOCK),
}
# Tags whose start may close others or that hold no elements; all others only open.
SPECIAL = VOID | RAW | IMPLIED.keys() | {"body"}
