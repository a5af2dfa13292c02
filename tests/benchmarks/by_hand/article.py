"""What polars, pandas and the library of rules share of the pack article-2021: which facts may be missing at which ordinal, in
the order in which they are named, and which day is the deadline.
"""

GAPS = {
    "cancel": {-1: ("channel",), -2: ("handed_over",), -3: ("status",), -4: ("minutes_since_order", "ordered_day")},
    "upgrade": {-1: ("channel",), -2: ("handed_over",), -3: ("status",)},
    "address": {-1: ("channel",), -2: ("handed_over", "returned_to_sender"), -3: ("handed_over",), -4: ("status",)},
    "not_received": {
        -1: ("channel",),
        -2: ("status", "handed_over"),
        -3: ("handed_over",),
        -4: ("tracking", "insured"),
        -5: ("tracking",),
        -10: ("days_past_deliver_by",),
        -11: ("days_without_scan", "ordered_day"),
    },
}
DEADLINES = {
    "cancel": {4: "ordered_day", 5: "ship_by_day"},
    "upgrade": {4: "ship_by_day", 5: "ship_by_day", 6: "ship_by_day"},
    "address": {5: "ship_by_day"},
    "not_received": {3: "ship_by_day", 11: "deliver_by_day", 12: "deliver_by_day", 13: "deliver_by_day"},
}
KEYS = ("account", "order_id", "line")
TEXTS = ("channel", "status", "tracking")
READ = (
    *KEYS, *TEXTS, "handed_over", "minutes_since_order", "ordered_day", "ship_by_day", "deliver_by_day", "seller_agrees",
    "returned_to_sender", "insured", "days_past_deliver_by", "days_without_scan",
)  # fmt: skip
