# 设置哪里不对；句子前面写着变量名。

setting-unknown = 没有这项设置；{ $near ->
    [none] 全部设置见 README。
   *[other] 你是说 { $near } 吗？
}
setting-file = 无法按 UTF-8 文本读取这个文件；请另存为 UTF-8，或检查读取权限。
setting-line = 这一行无法读取；请写成 名称=值，引号要成对。
setting-number = “{ $value }”不是 { $least } 到 { $most } 之间的整数；请写一个，例如 { $example }。
setting-switch = “{ $value }”既不是“是”也不是“否”；请写 true 或 false。
setting-choice = 不能写“{ $value }”；请从这些里选一个：{ $choices }。
setting-length = “{ $value }”不是一年以内的时长；请写成 90m、3h 或 1d 这样。
setting-person = “{ $value }”不是一个人；请写成 平台:编号，例如 telegram:123456，多个用逗号隔开。
setting-address = 这不是网址；请写以 http:// 或 https:// 开头的网址，例如 https://bot.example.org。
setting-host-open = “{ $value }”会让其他机器也能打开网页聊天；请同时设置 { $password }，或者写 127.0.0.1。
