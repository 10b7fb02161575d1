"""What the driver knows of makes of modems beforehand: data in `makes.yaml`, and a file of the operator's own."""
