"""Marketplaces: zone, currency, country, language and tax habit of each, and the calendar of weeks and business days."""

from orderkit.marketplaces.calendar import calendar_rows, iso_week, week_bounds
from orderkit.marketplaces.registry import Marketplace, marketplaces, sites, unknown

__all__ = ["Marketplace", "calendar_rows", "iso_week", "marketplaces", "sites", "unknown", "week_bounds"]
