choice-export = 导出我的数据
choice-forget = 删除我的一切
discord-trouble = 我这边出了点问题，请稍后再试。
discord-open-form = 填写
discord-open = 打开
discord-not-allowed = 我没有权限在{ $chat }发布每日一题。请在该频道给我这些权限：查看频道、发送消息、在子区中发送消息、附加文件、读取消息历史。我明天会再试一次。
why-deleted = 频道已被删除
