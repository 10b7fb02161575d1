"""Ten thousand random messages read, and composed, by this codec and by three that no one here wrote."""
