"""Real servers for tests, on 127.0.0.1, started when a test asks and stopped with the session."""
