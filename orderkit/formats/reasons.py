"""Reads reasons.yaml: return reason code -> group and usual cause."""

import functools
from importlib import resources

import yaml


@functools.cache
def reason_rows():
    """(code, group, usual_cause) of every mapped return reason; codes in upper case without CR- or RO_ prefix."""
    text = yaml.safe_load(resources.files(__package__).joinpath("reasons.yaml").read_text(encoding="utf-8"))
    return [(code, said["group"], said["usual_cause"]) for code, said in text["codes"].items()]
