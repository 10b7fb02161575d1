"""What the mathematics of queues says without a simulation: means and quantiles of waits for a given load.

Pure. Rates are per second, times in seconds, loads in erlangs (arrivals in a mean service time). `erlang` is many
servers and endless patience (M/M/c), `patience` many servers and people who give up (M/M/c+M, "Erlang A"),
`singleserver` one server with any service time (M/G/1) and with always the same (M/D/1).
"""
