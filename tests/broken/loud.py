"""Kinds that are loud but not wholly right, and why: nothing is wrong with what is stored, but more could be had."""

LOUD = {
    "cp1252_marks_of_trade": "a trade mark between two letters passes for a sign of another encoding",
    "cp932_half_width": "no kana but those of half width: all lines are set aside",
    "header_en_dashes": "dashes in headers are not taken for hyphens",
    "header_price_renamed": "the name is told as unknown, the price stays empty",
    "header_price_with_unit": "the name is told as unknown, the price stays empty",
    "million_of_line_ends": "takes more memory than such a file should",
    "nul_bytes_at_the_end": "refused whole, though its rows are right",
    "nul_bytes_over_rows": "refused whole, though most rows are right",
    "only_a_mark": "refused, but not as empty",
    "only_line_ends": "refused, but not as empty",
    "range_header_without_money": "refused, but the reason does not name the column that is missing",
    "settlement_quoted": "all fields are quoted: its lines are set aside, so that it no longer adds up and is refused",
    "shopify_bad_cells": "lines of an order whose first row is bad have no moment",
    "shopify_ids_shortened": "lines of an order whose first row is bad have no moment",
    "shopify_notes_never_closed": "lines of an order whose first row is bad have no moment",
    "shopify_notes_with_breaks": "lines of an order whose first row is bad have no moment",
    "tab_file_quoted_by_a_tool": "all fields are quoted: most lines do not begin with their number and are set aside",
    "tab_file_with_quoted_text": "all fields are quoted: most lines do not begin with their number and are set aside",
    "totals_without_a_word": "the row of sums is named by the blank line above it",
    "utf8_mark_of_mojibake": "a garbled mark in front of the header is part of its first name",
}
