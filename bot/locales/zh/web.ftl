# 聊天页

web-send = 发送
web-cancel = 取消
web-type-here = 提问、搜索，或输入 / 查看命令
web-connecting = 正在连接…
web-online = 已连接
web-offline = 连接断开，正在重试…
web-unsent = 还没发出去，连接恢复后会自动发送。
web-jump = 回到最新消息
web-new-message = 有新消息
web-question = 今天的题目到了
web-log = 对话
web-you = 你
web-list-commands = 命令
web-no-match = 没有这个命令。按回车会把它当作搜索词。
web-too-long = 太长了，发不出去。
web-language = English
web-theme = 配色
web-theme-auto = 配色：跟随系统
web-theme-light = 配色：浅色
web-theme-dark = 配色：深色
web-notify = 题目到了通知我
web-notify-on = 题目到了会通知你。
web-notify-denied = 浏览器不允许本页发通知，请在浏览器设置里打开。
web-copy = 复制
web-copied = 已复制
web-kilobytes = { $n } KB
web-log-out = 退出登录
web-no-script = 聊天页需要 JavaScript。不用它也能读全部题目：

# 页面上出的错

web-frame-bad = 页面和机器人对不上话了，请刷新页面。
web-frame-big = 太长了，发不出去。
web-too-fast = 太快了，请稍等再试。
web-broken = 这边出了点问题，已记录给运营者，请再试一次。

# 聊天之外的页面

web-chat = 聊天
web-bank = 题库
web-bank-lead = 共 { $n } 道题
web-search = 搜索
web-nothing-found = 没有找到“{ $words }”。换几个词试试。
web-quiz = 选择题
web-right = 正确答案是 { $letter }。
web-as-of = 事实核对于 { $month }
web-ask-in-chat = 到聊天里练这道题
web-before = 之前会问
web-after = 接着会问
web-problem = 没有成功
web-not-found = 没有这个页面。上方有聊天和题库的链接。
web-download-gone = 这个下载链接已过期。在聊天里发 /me export 可以再要一份。
web-wrong-host = 本页只在这台机器上以 127.0.0.1 或 localhost 打开，不能用“{ $host }”。要开放给别人，请设置 QIANMIAN_WEB_HOST 和 QIANMIAN_WEB_PASSWORD。
web-wrong-origin = 这个请求来自别的网站的页面，已被拒绝。如果前面有代理，请让它原样转发 Host 头。

# 登录

web-password = 密码
web-log-in = 登录
web-wrong-password = 密码不对。
web-wait = 密码错误次数太多，请 { $n } 秒后再试。
web-log-in-first = 请先登录，再刷新本页。
