terminal-enter = 按回车看答案
