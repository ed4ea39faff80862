"""Messages to people: an outbox written with the act itself, delivery, the inbox."""
