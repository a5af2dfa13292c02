"""What text may become part of a page: markdown and output HTML, with nothing in them that could act or call out.

The page's content policy already refuses foreign scripts and every request. These checks are the first of the two locks.
"""

import re
from html.parser import HTMLParser

from markupsafe import Markup, escape

ACTIVE_TAGS = {"script", "iframe", "frame", "object", "embed", "applet", "link", "meta", "base", "portal", "template"}
RAW_TAGS = {
    "noscript",
    "noembed",
    "noframes",
    "plaintext",
    "xmp",
    "title",
}  # their content is text to one parser, tags to another
ASKING_TAGS = {"form", "input", "button", "textarea", "select", "video", "audio"}
URL_ATTRIBUTES = frozenset({"src", "srcset", "href", "xlink:href", "action", "formaction", "data", "poster", "background"})
ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")


class _Inspector(HTMLParser):
    """Notes whether a piece of HTML holds anything active."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.active = False

    def handle_starttag(self, tag, attrs):
        self.active |= tag in ACTIVE_TAGS | RAW_TAGS | ASKING_TAGS
        for name, value in attrs:
            url = re.sub(r"[\s\x00-\x1f]", "", value or "").lower()
            self.active |= name.startswith("on") or name == "srcdoc"
            self.active |= name in URL_ATTRIBUTES and not _url_is_passive(tag, name, url)

    handle_startendtag = handle_starttag

    def _notice(self, _):
        self.active = True  # a comment or declaration: browsers disagree with every other parser on where it ends

    handle_comment = handle_decl = unknown_decl = handle_pi = _notice


def _url_is_passive(tag, attribute, url):
    """A picture may only be in the page itself; a link may lead to the web or within the page, for a click to follow."""
    if tag == "a" and attribute == "href":
        return url.startswith(("https://", "http://", "mailto:", "#"))
    return url.startswith("data:image/") or url.startswith("#")


def is_passive(html):
    """True when the HTML holds no script, no event handler, no form, no frame and nothing that would be fetched."""
    inspector = _Inspector()
    inspector.feed(html)
    unfinished = "<" in inspector.rawdata  # a tag cut off at the end: on the page, what follows would complete it
    return not inspector.active and not unfinished


def plain(text):
    """Text as it was printed, escaped, without terminal colours."""
    return Markup('<pre class="ok-text">{}</pre>').format(ANSI.sub("", text).rstrip("\n"))


def markdown(text):
    """Markdown as HTML: raw HTML in it is shown as text, a dollar sign is money, remote pictures become their words."""
    import mistune

    class Renderer(mistune.HTMLRenderer):
        def image(self, text, url, title=None):
            return super().image(text, url, title) if url.startswith("data:image/") else str(escape(text))

    renderer = Renderer(escape=True)
    return Markup(mistune.create_markdown(renderer=renderer, plugins=["table", "strikethrough"])(text))
