"""Which formats a database knows: those shipped, and the user's own that something was loaded with."""

from orderkit.formats import formats


def own_of(con):
    """{name: YAML text} of the user's own formats that something was loaded with."""
    return dict(con.sql("SELECT name, description FROM own_formats ORDER BY name").fetchall())


def known_formats(con):
    """All formats by name, the user's own as they were when something was last loaded with them."""
    return formats(tuple(own_of(con).items()))


def remember(con, name, own):
    """Writes down the description of one of the user's own formats, so that the database can be read without its folder."""
    if name in own:
        _remember_zone(con, formats(tuple(own.items()))[name])
        con.execute("INSERT OR REPLACE INTO own_formats VALUES ($name, $text)", {"name": name, "text": own[name]})


def _remember_zone(con, form):
    """A marketplace that only the user's own format knows counts its days in the zone that the format names."""
    told = [emit.given["marketplace"] for emit in form.emits.values() if "marketplace" in emit.given]
    if form.zone and told and not told[0].sources:
        con.execute(f"INSERT OR IGNORE INTO marketplaces (marketplace, zone) VALUES ({told[0].sql}, $zone)", {"zone": form.zone})
