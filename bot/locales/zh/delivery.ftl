# 告诉运维者的话，每种每天至多一次。

notice-not-allowed = 我不能在 { $chat } 发消息（也许还有别的聊天）：{ $why }。请那里的管理员允许我发言；我每天会再试一次。
notice-thread-gone = { $chat } 的话题或子区已关闭或删除：{ $why }。请在别的话题里重新订阅，或允许我发到外层聊天。
notice-rejected = 发往 { $chat } 的一条消息被拒收，这是程序自己的错误：{ $why }。详情见日志，欢迎反馈。
notice-database = 题目暂时发不出去，原因在数据库。{ $why }
notice-upkeep = 夜间维护失败：{ $why }。详情见日志。
