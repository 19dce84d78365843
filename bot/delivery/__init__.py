"""Delivery: the tick that plans what is due, the outbox that sends it, and the pace the platforms allow.

Knows the ports of `bot.core` alone: no platform, no database, no content.
"""
