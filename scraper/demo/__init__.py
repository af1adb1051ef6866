"""A pretend Wix blog on this machine, and a demonstration of the whole program on it.

`posts` holds what the blog says, `pages` and `endpoints` how a Wix site would serve it, `blog` which address answers
what on which simulated day, `server` puts that on a loopback port, `about` is what its archive says of itself,
`run` is the command `ushrn demo`.
"""

from scraper.demo.run import run_demo

__all__ = ["run_demo"]
