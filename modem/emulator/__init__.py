"""An emulated mobile network: modems that speak AT on ptys, TCP or emu://, and the network behind them.

The core is pure and knows neither files nor clocks: `device` is one modem, `network` the message centre and the
handsets, `world` joins them. `serve` is the only module that does I/O; `control` answers HTTP from values.
The driver in `modem/` shares nothing with this package but `modem.tables`.
"""
