"""The one foreign file that pages carry: plotly.js (MIT, licence beside it), as published, compressed."""

import base64
import gzip
import hashlib
from importlib.resources import files

VERSION = "4.1.1"
FILE = f"plotly-basic-{VERSION}.min.js.gz"


def packed():
    """The compressed bundle in base64, ready to stand in a page."""
    return base64.b64encode(files(__name__).joinpath(FILE).read_bytes()).decode("ascii")


def policy_hash():
    """The hash by which a page's content policy allows this bundle, and no other text, to run."""
    source = gzip.decompress(files(__name__).joinpath(FILE).read_bytes())
    return script_hash(source)


def script_hash(source):
    """The `sha256-...` word of a content policy for one script (bytes)."""
    return "sha256-" + base64.b64encode(hashlib.sha256(source).digest()).decode("ascii")
