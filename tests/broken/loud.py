"""Kinds that are loud but not wholly right, and why: nothing is wrong with what is stored, but more could be had."""

LOUD = {
    "cp1252_marks_of_trade": "a trade mark between two letters passes for a sign of another encoding",
    "cp932_half_width": "no kana but those of half width: all lines are set aside",
    "header_price_renamed": "the name is told as unknown, the price stays empty",
    "header_price_with_unit": "the name is told as unknown, the price stays empty",
    "million_of_line_ends": "takes more memory than such a file should",
    "nul_bytes_at_the_end": "refused whole, though its rows are right",
    "nul_bytes_over_rows": "refused whole, though most rows are right",
    "range_header_without_money": "refused, but the reason does not name the column that is missing",
    "shopify_bad_cells": "lines of an order whose first row is bad have no moment",
    "shopify_ids_shortened": "lines of an order whose first row is bad have no moment",
    "shopify_notes_never_closed": "lines of an order whose first row is bad have no moment",
    "shopify_notes_with_breaks": "lines of an order whose first row is bad have no moment",
    "totals_without_a_word": "the row of sums is named by the blank line above it",
}
