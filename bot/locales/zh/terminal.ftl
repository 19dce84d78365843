terminal-hint = 按回车看提示
terminal-answer = 按回车看答案
reports-no-file = （题库里已经没有这道题）
reports-summary = { $n ->
    [0] 还没有人提出纠错。
   *[other] 共 { $n } 条纠错意见，最新的在前。
}
reports-left = { $n ->
    [0] 纠错意见都处理完了。
   *[other] 还有 { $n } 条纠错意见。
}
reports-unknown = ✗ 没有第 { $number } 条纠错意见。用 “qianmian reports” 查看全部。
backup-done = { $database } 已备份到 { $file }（{ $size }）；副本已从头到尾校验，完好。
backup-exists = { $file } 已经存在。请换个名字；要覆盖以前的备份请加 --force。
restore-done = 已用 { $file } 恢复 { $database }（{ $size }）；副本已从头到尾校验，完好。
restore-kept = 原来的数据库保留为 { $file }。
health-silent = { $address } 没有机器人应答（{ $why }）。用 “qianmian run” 启动，或用 --port 指明端口。
resume-done = 接下来在 { $platform } 上运行的机器人就接手那里的订阅，并开始发送。正在运行的会在几秒内继续。
resume-nothing = { $platform } 上没有暂停的发送。
