# 题目卡片

card-title = { $topic } · { $difficulty }
card-sources = 参考：
card-id = 题目编号：
button-saved = ✓ 已收藏
daily-lead = 每日一题
difficulty-easy = 简单
difficulty-medium = 中等
difficulty-hard = 困难
difficulties-all = 全部难度
stage-hint = 提示
stage-points = 要点
stage-answer = 答案
stage-followups = 追问
stage-own = 你的回答
answer-now = 答案揭晓
button-hint = 提示
button-points = 要点
button-answer = 答案
button-followups = 追问
button-another = 换一题
button-say = 我来答…
button-save = 收藏
button-report = 纠错
button-more-on = 再来一题：{ $topic }
button-next-in-chain = → { $question }
rating-knew = 会了
rating-partly = 一知半解
rating-missed = 还不会
rated-knew = 记下了：会了。
rated-partly = 记下了：一知半解。
rated-missed = 记下了，之后用 /review 可以再看。
tally = 会了 { $knew } · 一知半解 { $partly } · 还不会 { $missed }
withheld-next = 答案会随下一题一起公布。
withheld-timed = 答案将在{ $when }公布。

# 选择题

quiz-title = 选择题 · { $title }
quiz-right = 答对了。
quiz-wrong = 不对，正确答案是 { $letter }。
quiz-again = 以第一次作答为准。
quiz-no-option = 这道题没有这个选项。用 /quiz 换一道吧。
button-full-question = 看完整题目

# 浏览

topics-title = 主题
topics-lead = 共 { $n } 道题，先选一个大类。
topics-pick = 选一个
topics-all = 全部主题
topics-group = 整个大类
count-questions = { $n }
button-back = ← 返回
button-random-here = 从这里随机一题
button-earlier = ← 上一页
button-later = 下一页 →
page-of = 第 { $page } / { $pages } 页
search-title = “{ $words }”找到 { $n } 道题
search-empty = 请写上要找的词，例如：/search lora
search-nothing = 没有找到“{ $words }”。换几个词试试，或用 /topics 浏览。
review-title = 有 { $n } 道题值得再看
review-empty = 还没有要复习的题。把题目标为“还不会”或“一知半解”，就会出现在这里。
saved-title = 收藏了 { $n } 道题
saved-empty = 还没有收藏。每个答案下面都有“收藏”按钮。
saved-on = 已收藏，用 /saved 查看。
saved-off = 已取消收藏。
nothing-matches = 没有符合条件的题目。换个主题或难度吧，/topics 可以看到全部主题。

# 开始与帮助

start-title = 千面：每天一道好面试题
start-lead = 题库有 { $n } 道大模型面试题，每题都有提示、要点、带出处的完整答案、追问和选择题，中英双语。
start-how = 现在就来一题，或者订阅，每天在你选定的时间收到一题。在群里只有管理员能改计划，人人都可以作答。
start-how-alone = 现在就来一题，或者订阅，每天在你选定的时间收到一题。
button-random-now = 来一题
button-subscribe = 订阅
button-topics = 主题
button-help = 全部命令
help-title = 我会做什么
help-foot = 也可以直接发几个词来搜索。
command-unknown = 没有“{ $word }”这个命令。{ $near ->
    [none] 全部命令见 /help
   *[other] 你是想用 /{ $near } 吗？全部命令见 /help
}
command-elsewhere = /{ $command } 不能在这类聊天里用，请私聊我。

# 订阅

subscribed-title = 订阅好了
subscribed-plan = { $when }（{ $zone }）
subscribed-topics = 主题：{ $topics }
subscribed-first = 第一题：{ $when }
subscribe-unclear = 看不懂“{ $word }”。{ $near ->
    [none] 请写时间、城市和主题，例如：/subscribe 9:30 北京 lora。全部主题见 /topics
   *[other] 你是说时区 { $near } 吗？写法例如：/subscribe 9:30 北京 lora。全部主题见 /topics
}
unsubscribed = 这里的每日一题已停止。你的评分和收藏都还在。
not-subscribed = 这里还没有订阅每日一题。用 /subscribe 开始，例如：/subscribe 9:30 北京
ended-because = 上一次订阅结束的原因：{ $why }。
preview-lead = 下一次推送：{ $when }
button-settings = 设置
next-title = 下一题
next-at = { $when }（{ $zone }），还有 { $after }
next-paused = 已暂停，在 /settings 里恢复。
next-never = 没有计划。请在 /settings 里选时间和日期。
next-what = 下一题的主题：{ $title }
next-topics = 主题：{ $topics }
next-history = 之前的推送
next-none-yet = 还没有推送过。
button-last = 上一题
clock-forward = 当地时钟将拨快 { $by }：{ $when }。你的推送时间按当地时间不变。
clock-back = 当地时钟将拨慢 { $by }：{ $when }。你的推送时间按当地时间不变。
fate-sent = 准时送达
fate-late = 晚了 { $by } 送达
fate-missed = 跳过了，因为{ $why }
fate-failed = 没有送达，因为{ $why }
fate-retry = 还没有送达，因为{ $why }；{ $after }后再试
fate-on-its-way = 正在发送
why-asked = 有人要求停止
why-blocked = 机器人被屏蔽或移出
why-late = 当时机器人停机太久
why-no-question = 没有题目符合所选的主题和难度
why-not-allowed = 机器人没有在这里发言的权限
why-question-gone = 这道题已不在题库里
why-rate-limited = 平台要求暂停发送
why-rejected = 平台拒收了这条消息（运营者可查详情）
why-thread-gone = 话题或子区已关闭
why-unavailable = 连不上平台
why-unknown-outcome = 无法确认消息是否送达
why-zone-unknown = 时区已无法识别，请在 /settings 里重选
why-other = 出了错（运营者可查详情）

# 设置面板

panel-title = 设置
panel-title-of = 设置 · { $chat }
panel-is-paused = 已暂停
panel-when = 时间：
panel-where = 时区：
panel-what = 主题：
panel-level = 难度：
panel-order = 顺序：
panel-mode = 形式：
panel-answers = 答案：
panel-speaks = 语言：
panel-times = 几点推送？点一下添加或去掉，也可以输入别的时间。
panel-days = 星期几推送？
panel-zone = 在哪个时区？这里没有的话，输入城市名或时差。
panel-groups = 要哪些主题？点开一个大类来选。
panel-topics = 点一下添加或去掉一个主题。一个都不选就是全部。
panel-level-page = 要什么难度，按什么顺序？
panel-reveal = 答案怎么公布？
panel-lang = 在这里说哪种语言？
panel-more = 更多设置
panel-stop = 停止这里的每日一题吗？
button-times = 时间
button-days = 日期
button-zone = 时区
button-difficulty = 难度
button-reveal = 答案
button-language = 语言
button-more = 更多
button-preview = 预览
button-pause = 暂停
button-resume = 恢复
button-unsubscribe = 退订
button-unsubscribe-sure = 确认停止
button-type-times = 输入时间
button-type-zone = 输入时区
times-morning = 上午
times-evening = 下午和晚上
order-shuffled = 打乱，不重复
order-syllabus = 按大纲顺序
mode-question = 问答题
mode-quiz = 选择题
reveal-button = 谁点谁看，大家可见
reveal-private = 各人自己看
reveal-timed = { $hours } 小时后公布
reveal-next = 随下一题公布
reveal-button-short = 大家可见
reveal-private-short = 各人自己看
reveal-timed-short = 过后公布
reveal-next-short = 随下一题
reveal-after = 多久后公布
switch-silent = 静音推送
switch-protect = 禁止转发
switch-thread = 每题一个子区
switch-pin = 置顶
switch-cross = 同步到关注的频道
switch-classic = 经典排版
switch-fall = 这里关闭后改发到外层
language-zh = 中文
language-en = English
language-set = 好，这里改说中文。
language-unknown = 我不会“{ $word }”。可选 zh 或 en：/language zh
ask-times = 几点？例如：9:30，或 早上8点、晚上9点
ask-times-example = 9:30
ask-zone = 哪个时区？写城市名或时差。
ask-zone-example = 北京 或 UTC+8
zone-likely = 常用时区
zone-what = 请选一个时区，或写城市名、时差，例如 UTC+8。
ask-search = 想找什么？
ask-search-example = lora 显存
ask-report = 这道题哪里不对？依据是什么？
ask-report-example = 答案里的公式少了一个系数……
ask-say = 你会怎么回答？
ask-say-example = 像面试时那样说几句
plan-no-time = 至少要留一个时间。想停一阵子，请用“暂停”。
plan-no-day = 至少要留一天。想停一阵子，请用“暂停”。
plan-no-difficulty = 至少要留一种难度。
plan-too-many-times = 一天最多 { $most } 个时间。
time-unclear = 看不懂“{ $word }”是几点。{ $near ->
    [none] 请写成 { $example } 这样。
   *[other] 你是说 { $near } 吗？请写成 { $example } 这样。
}
weekdays-unclear = 看不懂“{ $word }”是星期几。{ $near ->
    [none] 请写成 { $example } 这样。
   *[other] 你是说 { $near } 吗？请写成 { $example } 这样。
}
time-out-of-range = “{ $word }”不是一天里的时间。小时是 0 到 23，分钟是 00 到 59，例如 { $near ->
    [none] { $example }。
   *[other] { $near }。
}
zone-unknown = 不认识时区“{ $word }”。{ $near ->
    [none] 请写城市名或时差，例如 { $example }。
   *[other] 你是说 { $near } 吗？也可以写城市名或时差，例如 { $example }。
}

# 我的数据

me-title = 我记得的你
me-knew = 会了：{ $n }
me-partly = 一知半解：{ $n }
me-missed = 还不会：{ $n }
me-quizzes = 选择题：做了 { $n } 道，答对 { $right } 道
me-saved = 收藏：{ $n }
me-how = 导出全部数据：/me export。全部删除：/me forget。
me-exported = 这是关于你的全部数据。
me-forget-ask = 要删除你的评分、收藏、自己的回答等全部数据吗？私聊里的订阅和消息也会一并删除。删除后无法恢复。
button-forget-sure = 确认删除
me-forgotten = { $n ->
    [0] 本来就没有关于你的数据。
   *[other] 好了，删除了 { $n } 条。
}
suggest-what = 请写明是哪道题：/suggest lora-idea 以及哪里不对。答案下面的“纠错”按钮也可以。
report-thanks = 谢谢。你的意见编号是 { $number }，运营者会看到。
text-empty = 没有收到文字，请再试一次。
text-too-long = 太长了，最多 { $most } 个字符。

# 运营者

stats-title = 运行情况
stats-platform = { $platform }：{ $subscribed } 个聊天订阅；今天发出 { $today } 条，7 天 { $week } 条，{ $waiting } 条等待中
stats-punctual = ；{ $share }% 在一分钟内
stats-failed = { $platform } 7 天内未发出：{ $kinds }
stats-why = { $reason ->
    [asked] 事先退订
    [blocked] 被屏蔽或移出
    [deleted] 频道已删除
    [late] 太晚
    [no-question] 没有符合的题目
    [not-allowed] 没有发言权限
    [question-gone] 题目已不在
    [rate-limited] 被要求暂停
    [rejected] 被拒收
    [thread-gone] 话题或子区已关闭
    [unavailable] 平台连不上
    [unknown-outcome] 结果不明
    [zone-unknown] 时区不明
   *[other] 其他
} { $n } 条
stats-people = 聊天：{ $chats }，学习者：{ $learners }，评分：{ $answers }
stats-subscriptions = 生效的订阅：{ $n }
stats-reports = 纠错意见：{ $n }
stats-database = 数据库：{ $size } MB，最近一次备份：{ $backup }
stats-no-backup = 还没有
stats-version = 版本 { $version }，自{ $since } 起运行
reloaded = 已重新载入，共 { $n } 道题。
reload-failed = 题库载入失败，继续使用原来的题库。
reports-title = 纠错意见
reports-empty = 还没有人提出纠错。
reports-done = 这是最后一条：纠错意见都处理完了。
button-finish = ✓ 处理完 #{ $number }
report-line = #{ $number } { $question }：{ $text }
announce-what = 公告还没有内容。
ask-announce = 要告诉所有订阅的聊天什么？空一行就另起一段。
ask-announce-example = 今晚十点机器人会离开几分钟。
announce-nobody = 还没有聊天订阅，公告没有人能收到。
announce-ask = 把它发给 { $n } 个订阅的聊天？
announce-platform = { $platform }：{ $n }
announce-begun = 公告 { $number } 正在发出，排在每日一题之后。下面的消息会显示进度。
announce-cancelled = 公告 { $number } 没有发给任何人。
announce-busy = 公告 { $number } 还在发送。等它发完或先停止它，再按一次按钮。
announce-decided = 公告 { $number } 已经处理过了。
announce-running = 公告 { $number } 正在发送
announce-stopping = 公告 { $number } 正在停止
announce-done = 公告 { $number } 已发完
announce-stopped = 公告 { $number } 已停止
announce-sent = 已发：{ $n }
announce-failed = 失败：{ $n }
announce-left = 剩余：{ $n }
announce-unsent = 未发：{ $n }
button-announce-send = 发送
button-announce-cancel = 取消
button-announce-stop = 停止

# 礼貌

not-permitted = 只有这里的管理员可以改计划。
rights-unknown = 现在查不到你是不是管理员，请稍后再试。
stale-button = 这个按钮太旧了，或者已经不适用。请发 /help 重新开始。
store-trouble = 我现在读写不了自己的记录，请过几分钟再试。

# 时间与列表

moment-yesterday = 昨天 { $time }
moment-today = 今天 { $time }
moment-tomorrow = 明天 { $time }
moment-date = { $date } { $weekday } { $time }
duration-seconds = { $n } 秒
duration-minutes = { $n } 分钟
duration-hours-minutes = { $hours } 小时 { $minutes } 分钟
duration-hours = { $n } 小时
duration-days = { $n } 天
days-every = 每天
days-work = 工作日
days-weekend = 周末
list-comma = 、
weekday-0 = 周一
weekday-1 = 周二
weekday-2 = 周三
weekday-3 = 周四
weekday-4 = 周五
weekday-5 = 周六
weekday-6 = 周日
