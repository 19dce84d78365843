"""Every rule of the product: what is asked, when, of whom, and what the bot says.

This room may not know any platform, database, scheduler, file or clock. What it needs of those it names
in `ports`, as a contract. Its functions take `now` and return new values.
"""
