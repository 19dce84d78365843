"""A small content folder on disk that is right in every respect, to be made wrong one thing at a time."""

from pathlib import Path

from bot.catalog.loader import Loaded, read_folder

TOPICS = """\
groups:
  - slug: tuning
    title: {zh: 微调, en: Tuning}
    topics:
      - slug: lora
        title: {zh: LoRA 系列, en: The LoRA family}
        aliases: [qlora, 低秩]
        blocks: ["05.4"]
      - slug: position-encoding
        title: {zh: 位置编码, en: Position encoding}
        aliases: [rope]
        blocks: ["16"]
  - slug: later
    title: {zh: 以后, en: Later}
    topics:
      - slug: empty-shelf
        title: {zh: 空架子, en: Empty shelf}
"""
OUTLINE = """\
not_asked:
  16-02: a bare heading
blocks:
  "05.4":
    05.4-01: 什么是 LoRA？
    05.4-02: LoRA 能否合并？
    05.4-03: QLoRA 的思路？
  "16":
    16-01: 什么是位置编码？
    16-02: 前言
"""
GUIDE = """\
# Writing questions

## Tags

`lora` `peft` `position`

## The end
"""
ZH_ANSWER = "可以合并。" + "低秩增量与原权重形状相同，所以能直接相加，推理时不再有额外的矩阵乘法。" * 5
EN_ANSWER = "Yes, it can be merged. " + "The update has the shape of the base weight, so the two simply add up. " * 7
QUESTION = f"""\
---
id: lora-merge
difficulty: medium
tags: [lora, peft]
outline: [05.4-02]
follows: []
as_of: 2026-11
references:
  - title: "LoRA: Low-Rank Adaptation"
    url: https://arxiv.org/abs/2106.09685
---
# zh
## 题目
LoRA 训练得到的低秩权重能否合并回原模型？

## 提示
写出前向公式。

## 要点
- 可以合并：$W' = W_0 + BA$。
- 合并后推理延迟不变。
- 减去增量可以还原。

## 答案
{ZH_ANSWER}

## 追问
- 多个 LoRA 怎么办？
- 量化的基座呢？

## 测验
合并之后计算量如何？

- [ ] 略高，因为多了乘法
- [x] 相同，因为形状不变
- [ ] 略低，因为秩变低了
- [ ] 不一定，取决于秩

> 只剩一个同形状的矩阵。

# en
## Question
Can the low-rank weights that LoRA learns be merged back into the base model?

## Hint
Write the forward pass.

## Key points
- Yes: $W' = W_0 + BA$.
- Latency stays that of the base.
- Subtracting undoes it.

## Answer
{EN_ANSWER}

## Follow-ups
- What about several adapters?
- And a quantized base?

## Quiz
How does the cost change after merging?

- [ ] Higher, since there are more products
- [x] The same, since the shape stays
- [ ] Lower, since the rank is lower
- [ ] It depends on the rank

> One matrix of the original shape remains.
"""


class ContentFolder:
    """A content folder to write into."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True)
        self.write("topics.yaml", TOPICS)
        self.write("outline.yaml", OUTLINE)
        self.write("README.md", GUIDE)

    def write(self, name: str, text: str | bytes) -> Path:
        """Write a file, making its folder."""
        path = self.path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def question(self, name: str = "lora-merge", *changes: tuple[str, str], topic: str = "lora") -> Path:
        """Write the right question under a name, with texts replaced; each must be there."""
        text = QUESTION.replace("id: lora-merge", f"id: {name}")
        if name != "lora-merge":
            text = text.replace("outline: [05.4-02]", "outline: []")
            text = text.replace("LoRA 训练得到的低秩权重能否合并回原模型", f"请说明 {name} 的原理和它的用处")
            text = text.replace("Can the low-rank weights that LoRA learns be merged", f"Explain {name}; does it go")
        for old, new in changes:
            assert old in text, f"{old!r} is not in the question"
            text = text.replace(old, new)
        return self.write(f"{topic}/{name}.md", text)

    def read(self) -> Loaded:
        """What the loader finds."""
        return read_folder(self.path)


def line_of(text: str, needle: str) -> int:
    """The line, counted from 1, on which a text first holds the needle."""
    return text[: text.index(needle)].count("\n") + 1
