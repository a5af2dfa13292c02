"""Losses: how often, how dear, what they add up to in a week or a year, and whether cover is worth its price."""
