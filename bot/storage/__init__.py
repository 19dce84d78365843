"""State that outlives a restart: one SQLite database, its migrations, its upkeep, and the store over it.

This room may not know platforms, the question bank or how deliveries are sent. `store` is its only door for
the running bot; `backup` serves the command line. A module of SQL stands for each noun: its functions take
an open connection inside a transaction and give back values of the core. `intents` makes transactions of them,
one class for each noun of the port.
"""
