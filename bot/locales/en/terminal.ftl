terminal-enter = Enter shows the answer
