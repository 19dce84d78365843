"""Hosts that references may not point to: login and pay walls, aggregators, mirrors of other people's work."""

from typing import Final
from urllib.parse import urlsplit

REFUSED: Final = frozenset(
    {
        # pay or login walls
        "academia.edu",
        "chegg.com",
        "coursehero.com",
        "dl.acm.org",
        "docs.qq.com",
        "facebook.com",
        "ieeexplore.ieee.org",
        "jstor.org",
        "kdocs.cn",
        "linkedin.com",
        "onlinelibrary.wiley.com",
        "researchgate.net",
        "scholar.google.com",
        "sciencedirect.com",
        "scribd.com",
        "twitter.com",
        "udemy.com",
        "x.com",
        "zsxq.com",
        # blog aggregators and question sites whose pages close or change hands
        "51cto.com",
        "analyticsvidhya.com",
        "baidu.com",
        "baike.baidu.com",
        "bilibili.com",
        "cnblogs.com",
        "csdn.net",
        "datacamp.com",
        "dev.to",
        "geeksforgeeks.org",
        "jianshu.com",
        "juejin.cn",
        "mp.weixin.qq.com",
        "medium.com",
        "quora.com",
        "segmentfault.com",
        "substack.com",
        "towardsai.net",
        "towardsdatascience.com",
        "w3schools.com",
        "zhihu.com",
        # mirrors and shorteners
        "bit.ly",
        "gitcode.com",
        "gitee.com",
        "hf-mirror.com",
        "huggingface.cn",
        "sci-hub.se",
        "semanticscholar.org",
        "t.co",
        "tinyurl.com",
        "arxiv-sanity.com",
        "paperswithcode.com",
        "alphaxiv.org",
    }
)


def refused_host(url: str) -> str | None:
    """The refused host that an address belongs to, subdomains included; None if it may be cited."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return url
    labels = host.split(".")
    parents = (".".join(labels[start:]) for start in range(len(labels)))
    return next((parent for parent in parents if parent in REFUSED), None)
