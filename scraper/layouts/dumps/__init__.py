"""Text dumps: pages that somebody saved as plain text."""
