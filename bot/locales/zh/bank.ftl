# 在题库里查找。

question-unknown = 没有编号为“{ $word }”的题目。{ $near ->
    [none] 可以到 /topics 里找找。
   *[other] 最接近的是：{ $near }。
}
topic-unknown = 没有“{ $word }”这个主题。{ $near ->
    [none] 全部主题见 /topics
   *[other] 是不是想找“{ $near_zh }”？
}
