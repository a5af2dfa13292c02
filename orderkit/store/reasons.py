"""Reads reasons.yaml: why a record is set aside, in plain words."""

import functools
from importlib import resources

import yaml


@functools.cache
def reason_words():
    """{reason code: plain words}."""
    return yaml.safe_load(resources.files(__package__).joinpath("reasons.yaml").read_text(encoding="utf-8"))
