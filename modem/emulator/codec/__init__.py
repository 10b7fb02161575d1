"""TS 23.038 and 23.040: octets to values and back, knowing nothing of AT or of who stores and sends."""
