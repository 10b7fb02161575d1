"""What can go wrong, on purpose: kinds of faults as values, which of them are armed on a modem, and what they do."""
