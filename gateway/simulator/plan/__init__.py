"""Planning: a box of a scenario by its policies and its people alone, without modems that talk, database and daemon.

What decides is the production code where it is pure (`gateway.survey`, `gateway.replies`, `gateway.script`,
`gateway.attribution`, `gateway.retries`), and a copy in plain numbers where it is not, or where dates would cost too
much; a test holds each copy to its original:

    openings    when messages may go out           scheduler.windows, gateway.timing
    ticks       when the box looks what is due     scheduler.runner.Ticker
    meter       what a SIM may send                scheduler.pacing.Meter
    inviting    who is invited when, who is not    gateway.outbox, gateway.caps
    sending     which SIM takes which part         gateway.routing, gateway.dispatch, gateway.store.outbox.claim
    hearing     whose a reply is, what it does     gateway.listening, gateway.conversations
    whose       which conversation hears it        gateway.attribution
    readings    what it means                      gateway.replies
    texts       what is said, in how many parts    gateway.conversations, modem.alphabet
    lists       when a visit is known              gateway.intake

Time is a float, seconds since the epoch, and moves from event to event (`events`). All that waits is accounted for
twice over (`accounts`): a run in which Little's law or the conservation of parts does not hold is an error.
"""
