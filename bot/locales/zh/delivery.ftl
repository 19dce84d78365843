# 告诉运维者的话，每种每天至多一次。

notice-not-allowed = 我不能在 { $chat } 发消息（也许还有别的聊天）：{ $why }。请那里的管理员允许我发言；我每天会再试一次。
notice-thread-gone = { $chat } 的话题或子区已关闭或删除：{ $why }。请在别的话题里重新订阅，或允许我发到外层聊天。
notice-rejected = 发往 { $chat } 的一条消息被拒收，这是程序自己的错误：{ $why }。详情见日志，欢迎反馈。
notice-upkeep = 夜间维护失败：{ $why }。详情见日志。
notice-token = { $platform } 不再接受机器人的令牌，那里收发都停了。请重新复制令牌，写进 { $variable }，再重新启动。
notice-conflict = 另一个程序在用 { $platform } 上的同一个机器人，消息和点按会被两边各收走一部分。请停掉其中一个，或在 { $variable } 里给它换一个令牌。
notice-away = { $platform } 已有 { $minutes } 分钟不正常：{ $why }。到点的题目先等着，我会一直重试。
notice-back = { $platform } 恢复正常了，历时 { $minutes } 分钟。
notice-pause = { $platform } 要求机器人再暂停 { $left } 分钟：这段时间那里不发任何消息，到点的题目先等着。
notice-pause-over = { $platform } 的暂停结束了，等着的题目正在发出。
notice-database = 题目暂时发不出去，原因在数据库。{ $why }
notice-database-back = 数据库恢复正常了，历时 { $minutes } 分钟。
notice-backup = 备份没有做成：{ $why }以前的备份还在。
notice-other-bot = { $platform } 上现在是另一个机器人（{ $account }），不是订阅所属的那个（{ $before }）。对它来说所有聊天都像是关闭的，订阅会因此全部结束，所以那里什么也不发。如果令牌填错了，请在 { $variable } 里填对再启动；如果确实换了机器人，请运行：qianmian resume { $id }
notice-many-gone = { $platform } 上最近 { $n } 个聊天里有 { $gone } 个说已对机器人关闭。一下子这么多多半不是真的，所以那里不再发送，也不再结束订阅。请看看 { $platform } 上的机器人；要继续，请运行：qianmian resume { $id }
notice-damage = 数据库需要你处理。{ $why }
notice-damage-over = 数据库已从头到尾读过一遍，完好。
