"""The world outside the box, made up: offices that report visits and citizens who answer.

Everything here is drawn from seeds, so the same seed gives the same day and the same answers. People and phones are
synthetic; the proportions are the ones published about surveys of this kind.
"""
