"""What a chat cannot write, drawn: formulas as pictures.

This room may not know platforms, questions or the database; it gives the app the `Painter` port.
"""
