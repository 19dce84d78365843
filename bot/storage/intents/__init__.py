"""The intents of the store, one class for each noun of the port: each is one transaction over the modules of SQL."""
