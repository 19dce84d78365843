# 在题库里查找。

question-unknown = 没有编号为“{ $word }”的题目。最接近的是：{ $near }。
topic-unknown = 没有“{ $word }”这个主题。是不是想找“{ $near }”？
