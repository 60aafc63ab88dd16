#!/usr/bin/env python3
"""Writes generated posts as NDJSON: the input of bench/run. The same seed gives the same bytes.

Nothing here was written by a real person: a share of the posts carries an example of our own rules (hits and misses of
rules/*.yaml, which are fictional), all of them are filled up with clauses put together from the lists below. Sizes follow
what microblogs show: a median of about 110 characters, some short ones, a long tail.

    bench/make_posts.py --count 175000 --seed 1 --rules rules > posts.ndjson
"""

import argparse
import json
import pathlib
import random
import re
import sys

WHEN = "今天 昨晚 早上 周末 刚才 中午 傍晚 上个月 这几天 国庆 开学前 下班后 雨停以后 天刚亮 春节".split()
WHERE = "在河边公园 在小区门口 在老街 在学校操场 在菜市场 在地铁站 在图书馆 在海边 在单位食堂 在外婆家 在新开的商场 在山脚下 在码头 在社区中心 在旧书店".split()
WHO = "我和同事 孩子们 邻居阿姨 一群年轻人 爸妈 几个老同学 隔壁班的老师 志愿者 快递小哥 楼下的猫 乐队的朋友 摄影社的同学 环卫师傅 队友 表弟".split()
DID = "放了一下午风筝 排队买豆浆 看了一场露天电影 打了两小时羽毛球 拍了很多照片 学着包饺子 修好了自行车 聊起小时候的事 喝了一杯柠檬茶 听了一张老唱片 种下几棵番茄 写完了作业 散步到天黑 收拾旧物 画了一幅水彩 准备了一桌菜 跑完了五公里 试了新买的相机".split()
SO = "特别开心 有点累但很值 下次还想去 风景真的好 味道还不错 希望明天也是晴天 谢谢大家的陪伴 时间过得好快 推荐给喜欢安静的人 记录一下 心情很好 差点忘了带伞 回来已经很晚 没想到人这么多 笑得停不下来".split()
TAIL = ["[心]", "[赞]", "😀", "～", "", "", "", "#随手拍#", "#生活记录#", "🔥", "https://example.org/p/"]


def examples(folder):
    """The texts under hits: and misses: of all packs, told by their indentation alone."""
    texts = []
    for pack in sorted(pathlib.Path(folder).glob("*.yaml")):
        inside = False
        for line in pack.read_text(encoding="utf-8").splitlines():
            key = re.match(r"\s+(\w+):\s*(.*)$", line)
            if key:
                inside = key.group(1) in ("hits", "misses")
                continue
            item = re.match(r"\s+- (.+)$", line)
            if inside and item:
                text = item.group(1).strip()
                if text[0] in "\"'" and text[-1] == text[0]:
                    text = text[1:-1]
                texts.append(text)
    if not texts:
        sys.exit(f"make_posts.py: {folder} holds no rule packs with examples")
    return texts


def clause(rng):
    return f"{rng.choice(WHEN)}{rng.choice(WHO)}{rng.choice(WHERE)}{rng.choice(DID)}，{rng.choice(SO)}"


def text_of(rng, number, said, share):
    wanted = min(1500, max(12, int(rng.lognormvariate(4.7, 0.55))))
    parts = [rng.choice(said)] if rng.random() < share else []
    while sum(map(len, parts)) < wanted:
        parts.append(clause(rng))
    rng.shuffle(parts)
    return "。".join(parts) + rng.choice("。！…") + rng.choice(TAIL) + f" {number}"


def post(rng, number, said, share):
    return {
        "id": f"g-{number:07d}",
        "source": rng.choice(["weibo", "wechat", "forum"]),
        "author": {"id": f"a-{rng.randrange(50000):05d}", "followers": rng.randrange(20000)},
        "text": text_of(rng, number, said, share),
        "lang": "zh",
        "created_at": f"2026-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}T"
                      f"{rng.randrange(24):02d}:{rng.randrange(60):02d}:{rng.randrange(60):02d}+08:00",
        "metrics": {"reposts": rng.randrange(900), "comments": rng.randrange(300), "likes": rng.randrange(5000)},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--count", type=int, default=175_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rules", default=pathlib.Path(__file__).parent.parent / "rules")
    parser.add_argument("--share", type=float, default=0.1, help="of posts that carry a rule's example (0.1)")
    args = parser.parse_args()
    said = examples(args.rules)
    rng = random.Random(args.seed)
    for number in range(args.count):
        line = json.dumps(post(rng, number, said, args.share), ensure_ascii=False, separators=(",", ":"))
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
