"""The `tree:` part of a format: where the repeated element of a JSON or XML export stands and which rows it gives.

    tree:
      records: [payload/Orders, Orders, .]        # places of the repeated element, each tried in turn from the top of the file
      signature: [AmazonOrderId, [A, B]]          # paths that a record of this export has; of a list in it, one of them
      empty: {Report/Kind: Orders}                # XML: a file without records is known by this text at this place
      common: {order: AmazonOrderId}              # header: path, for every row; /... and ^... reach what stands above a row
      rows:
        - kind: order                             # what the rows are called: `when:` of an emit asks for it
          take: {status: OrderStatus, total: [Total/Amount, Sum], source: {value: api}}   # of a list the first that gives text
        - kind: item
          each: OrderItems                        # one row per place that the path leads to; without it one row
          where_nothing: true                     # only where no row came of the record so far
          left: true                              # only places that no row has been made of so far
          adds_up: {amount: /Total/Amount}        # only where the header's values add up to the number there, or none is there

The paths are those of `orderkit.formats.paths`. In XML the places of records are plain names from the root element on.
"""

from dataclasses import dataclass

from orderkit.formats.paths import Path, read_path

KEYS, NEEDED = {"records", "signature", "empty", "common", "rows"}, ("records", "signature", "rows")
ROW_KEYS = {"kind", "each", "where_nothing", "left", "adds_up", "take"}


@dataclass(frozen=True)
class Rows:
    """Rows of one kind that a record gives: one for each place of `each`; per header a text, or paths of which one counts."""

    kind: str
    each: Path
    take: dict
    where_nothing: bool = False
    left: bool = False
    adds_up: tuple | None = None  # (header, path of the total)


@dataclass(frozen=True)
class Tree:
    """Where the records of an export stand, how they are known, and the rows that each gives."""

    records: tuple
    signature: tuple  # each a tuple of paths of which one must lead somewhere
    rows: tuple
    empty: tuple = ()  # (path, text) pairs

    @property
    def kinds(self):
        """The kinds of rows, in their order."""
        return list(dict.fromkeys(rows.kind for rows in self.rows))

    def signed_by(self, record):
        """Whether a record has all that a record of this export has."""
        return all(any(path.nodes(record) for path in either) for either in self.signature)


def read_tree(said, headers, need):
    """Makes a Tree from the parsed block; `need(condition, key, problem)` refuses.

    Every header must be one of the format's, and every path must be one.
    """
    _known(said, KEYS, "tree", need)
    for key in NEEDED:
        need(said.get(key), f"tree.{key}", "is missing")
    common = _take(said.get("common", {}), headers, "tree.common", need)
    return Tree(
        records=tuple(_path(path, "tree.records", need) for path in said["records"]),
        signature=tuple(_paths(either, "tree.signature", need) for either in said["signature"]),
        rows=tuple(_rows(rows, common, headers, f"tree.rows.{at}", need) for at, rows in enumerate(said["rows"], 1)),
        empty=tuple((_path(path, "tree.empty", need), str(text)) for path, text in said.get("empty", {}).items()),
    )


def _rows(said, common, headers, key, need):
    _known(said, ROW_KEYS, key, need)
    need(said.get("kind"), f"{key}.kind", "is missing")
    adds_up = said.get("adds_up", {})
    need(isinstance(adds_up, dict) and len(adds_up) < 2, f"{key}.adds_up", "must be one header and the path of its total")
    take = {**common, **_take(said.get("take", {}), headers, f"{key}.take", need)}
    for header in adds_up:
        need(header in take, f"{key}.adds_up", f"{header!r} is not taken by these rows")
    return Rows(
        kind=str(said["kind"]),
        each=_path(said.get("each", "."), f"{key}.each", need),
        take=take,
        where_nothing=bool(said.get("where_nothing", False)),
        left=bool(said.get("left", False)),
        adds_up=next(((header, _path(path, f"{key}.adds_up", need)) for header, path in adds_up.items()), None),
    )


def _take(said, headers, key, need):
    """{header: text or tuple of paths}."""
    need(isinstance(said, dict), key, "must name headers and their paths")
    for header in said:
        need(header in headers, f"{key}.{header}", "is no column of this format")
    return {
        header: str(how["value"]) if isinstance(how, dict) and "value" in how else _paths(how, f"{key}.{header}", need)
        for header, how in said.items()
    }


def _paths(said, key, need):
    return tuple(_path(one, key, need) for one in (said if isinstance(said, list) else [said]))


def _path(said, key, need):
    need(isinstance(said, str), key, "must be a path")
    try:
        return read_path(said)
    except ValueError as problem:
        need(False, key, str(problem))


def _known(said, keys, key, need):
    need(isinstance(said, dict), key, "must hold keys")
    for name in said:
        need(name in keys, f"{key}.{name}", f"no such key; known: {', '.join(sorted(keys))}")
