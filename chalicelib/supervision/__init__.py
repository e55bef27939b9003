"""What happened: the append-only log of events, its vocabulary, and the facts of a site folded from it."""
