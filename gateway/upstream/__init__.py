"""Where ratings go: frozen into batches, posted until there is no doubt, settled one by one."""
