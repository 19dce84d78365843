doctor-settings-ok = 设置都能读懂
doctor-database-ok = { $path } 完好
doctor-database-ok-new = 首次运行时会创建 { $path }
doctor-database-bad = { $path }：{ $why }
doctor-content-ok = { $folder } 里有 { $n } 道题
doctor-content-bad = { $folder }：{ $why } 运行 “qianmian check” 查看全部问题。
doctor-telegram-ok = 令牌属于 @{ $name }；入群和行内模式都已打开
doctor-telegram-ok-less = 令牌属于 @{ $name }。入群或行内模式没有打开：需要的话，向 @BotFather 发送 /setjoingroups 和 /setinline
doctor-telegram-ok-unreached = 令牌格式正确；连不上 Telegram，无法核对（{ $why }）
doctor-telegram-bad-silenced = 令牌属于 @{ $name }，但它在这些地方不能发消息：{ $chats }。请让那里的管理员允许它发言（频道里要设为可发帖的管理员），或者退订
doctor-telegram-bad-webhook = 令牌属于 @{ $name }，但 Telegram 无法把更新送到 webhook（{ $why }）。请检查 QIANMIAN_TELEGRAM_WEBHOOK_URL、证书和前面的代理
doctor-telegram-bad-refused = Telegram 拒绝了这个令牌（{ $why }）；请从 @BotFather 重新复制
doctor-telegram-ok-none = 未连接；设置 QIANMIAN_TELEGRAM_TOKEN 即可连接
doctor-telegram-bad = QIANMIAN_TELEGRAM_TOKEN 不像是令牌；请从 @BotFather 重新复制，形如 123456789:AA…
doctor-discord-ok = 令牌属于 { $name }，它要的 intents 人人都有。把它加进服务器：{ $link }
doctor-discord-ok-privileged = 令牌属于 { $name }。它可以要特权 intents，但从不用到；请在开发者后台的 Bot 页关掉。把它加进服务器：{ $link }
doctor-discord-bad-elsewhere = { $name } 的命令和按钮都发往 { $address }，到不了这里；请在开发者后台的 General Information 页清空 Interactions Endpoint URL
doctor-discord-ok-unreached = 令牌格式正确；连不上 Discord，无法核对（{ $why }）
doctor-discord-bad-refused = Discord 拒绝了这个令牌（{ $why }）；请在开发者后台的 Bot 页按 Reset Token
doctor-discord-ok-none = 未连接；设置 QIANMIAN_DISCORD_TOKEN 即可连接
doctor-discord-bad = QIANMIAN_DISCORD_TOKEN 不像是机器人令牌；请在开发者后台的 Bot 页按 Reset Token
doctor-web-ok = 将监听 { $host }，端口 { $port }
doctor-web-ok-any = 将监听 { $host }，任选一个空闲端口
doctor-web-ok-running = 机器人正在运行，在 { $address } 应答
doctor-web-bad-taken = 端口 { $port } 被别的程序占用；请停掉它，或用 QIANMIAN_WEB_PORT 或 --port 换一个端口
doctor-web-bad = 无法监听 { $host } 的端口 { $port }（{ $why }）；请把 QIANMIAN_WEB_HOST 设为本机地址，QIANMIAN_WEB_PORT 设为你有权使用的端口
doctor-operators-ok = { $people } 可以使用 /stats、/reload、/reports 和 /announce
doctor-operators-ok-none = 没有设置 QIANMIAN_OPERATORS；读者的纠错意见用 “qianmian reports” 查看
doctor-clock-ok = { $shown }
doctor-clock-bad = 时钟显示 { $shown }，早于现在；请校准时钟或打开时间同步
doctor-zones-ok = 认识 { $n } 个时区；{ $zone } 一年内不调时钟
doctor-zones-ok-change = 认识 { $n } 个时区；{ $zone } 下一次调时钟在 { $date }
doctor-formulas-ok = 公式可以绘制
doctor-formulas-bad = 公式无法绘制（{ $why }）；请重新安装：pip install --force-reinstall ziamath latex2mathml
doctor-summary = { $n ->
    [0] 一切正常。
   *[other] 有 { $n } 处需要处理。
}
