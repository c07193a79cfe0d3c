"""The process that serves: its socket, its threads, how it ends."""
