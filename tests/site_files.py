"""Reading made pages as a browser would: what they load, where they lead, what their pictures say."""

import re
from functools import lru_cache
from html.parser import HTMLParser


class Page(HTMLParser):
    """loaded: addresses of scripts, styles, pictures, frames. links: of anchors. pictures: the attributes of each."""

    def __init__(self, path):
        super().__init__()
        self.path, self.loaded, self.links, self.pictures = path, [], [], []
        self.text = path.read_text(encoding="utf-8")
        self.feed(self.text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "a" and attributes.get("href"):
            self.links.append(attributes["href"])
        elif tag in ("script", "link", "img", "iframe", "source", "video", "audio", "object", "embed"):
            self.loaded += [attributes[name] for name in ("src", "href", "data", "srcset") if attributes.get(name)]
        if tag == "img":
            self.pictures.append(attributes)


@lru_cache(maxsize=1)  # a whole course takes seconds to read, and each test asks for it
def pages(folder):
    """All pages below ``folder``, which does not change any more."""
    return [Page(path) for path in sorted(folder.rglob("*.html")) if "_static" not in path.parts]


def foreign_addresses(folder):
    """Addresses on other hosts that the pages and styles below ``folder`` load by themselves."""
    loaded = [address for page in pages(folder) for address in page.loaded]
    for style in folder.rglob("*.css"):
        text = re.sub(r"/\*.*?\*/", "", style.read_text(encoding="utf-8"), flags=re.DOTALL)
        loaded += re.findall(r"url\([\"']?([^)\"']+)|@import [\"']([^\"']+)", text)
    flat = [address if isinstance(address, str) else "".join(address) for address in loaded]
    assert flat, "nothing was read"
    return [address for address in flat if re.match(r"(https?:)?//", address)]


def broken_links(folder):
    """Relative links and loaded files that lead nowhere."""
    return [
        (page.path.name, address)
        for page in pages(folder)
        for address in [*page.links, *page.loaded]
        if not re.match(r"\w+:|//|#", address) and not (page.path.parent / re.sub(r"[?#].*", "", address)).exists()
    ]
