"""Pages that Wix serves: posts, lists, AMP pages."""
