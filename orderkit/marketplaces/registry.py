"""Reads marketplaces.yaml: one entry per marketplace."""

import functools
from dataclasses import dataclass
from importlib import resources

import yaml


@dataclass(frozen=True)
class Marketplace:
    """One site: the zone of its days, its currency, holiday country, language, and whether prices include tax."""

    name: str
    zone: str
    currency: str
    country: str
    language: str
    tax_included: bool


def unknown(name):
    """A marketplace of which only the name is known (which may be empty)."""
    return Marketplace(name, None, None, None, None, None)


EU = ("DE", "FR", "IT", "ES", "NL", "BE", "IE", "SE", "PL")


def sites(code):
    """The names of the sites that a code stands for: a country as marketplaces.yaml spells it, UK, or EU; empty for none."""
    countries = EU if code == "EU" else ("GB",) if code == "UK" else (code,)
    return tuple(name for name, site in marketplaces().items() if site.country in countries)


@functools.cache
def marketplaces():
    """All marketplaces by name (lower-case site name, for example "amazon.de")."""
    text = resources.files(__package__).joinpath("marketplaces.yaml").read_text(encoding="utf-8")
    return {name: Marketplace(name, **facts) for name, facts in yaml.safe_load(text).items()}
