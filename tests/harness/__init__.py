"""What tests across services share: a stack to talk to, people, a live stream, faults."""
