"""Does the delivery model keep its promises? Simulated shops whose truth is known: `python -m calibration --shops 500`."""
