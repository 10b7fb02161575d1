"""What is behind the modems: the service centre and everybody's handsets. It knows nothing of AT."""
