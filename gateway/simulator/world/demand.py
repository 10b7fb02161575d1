"""What people come for, and at which hours: proportions that all simulated days have in common.

Pure data.
"""

from __future__ import annotations

PEAKS = {8: 0.7, 9: 1.6, 10: 1.6, 11: 1.0, 12: 0.8, 13: 0.7, 14: 0.9, 15: 1.0, 16: 1.5, 17: 1.5, 18: 0.8, 19: 0.5}
"""How busy the hours of a day are against each other."""

SERVICE_WEIGHTS = {
    "REG": 22, "EGRN": 13, "ADDR": 11, "CAD": 7, "PASS": 7, "ESIA": 6, "SOC": 8, "SUBS": 4, "PENS": 6, "MATK": 3,
    "INN": 4, "INTP": 3, "CRIM": 2, "DRIV": 2, "LAND": 2,
}  # fmt: skip
"""How often a service is asked for, by its code; one that is not here counts 1."""

WRITTEN_WITHOUT_CONSENT = 0.3
"""Of those who do not consent to be written to, so many have left a telephone all the same."""
