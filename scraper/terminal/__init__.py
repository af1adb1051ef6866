"""What a person reads on a terminal: the history of one post, the state of the archive, the hits of a search."""
