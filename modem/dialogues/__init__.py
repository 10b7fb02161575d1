"""What is said to a modem, a module a subject; each takes the open `Link` and knows nothing of threads or desks."""
