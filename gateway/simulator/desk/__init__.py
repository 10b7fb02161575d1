"""The call-back desk of a simulated box: when its operators work, whom they reach, and what comes of it."""
