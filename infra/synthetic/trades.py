"""Trades of the invented enterprises: how common, how they are called, and what makes them dangerous. All invented shares."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trade:
    """One trade. ``risks`` maps a register field (or ``special:``/``eight:`` and a word) to the share of sites that have it."""

    share: float
    industry: str
    words: tuple[str, ...]
    staff: tuple[int, int]
    risks: dict[str, float]
    chemical: tuple[str, ...] = ()
    machines: float = 0.9


FACTORY = {"special_work": 0.7, "tenant": 0.12, "night": 0.2, "contractors": 0.5, "health": 0.7}
SHOP = {"special_work": 0.15, "tenant": 0.05, "night": 0.05, "contractors": 0.2, "health": 0.1}

TRADES = (
    Trade(0.15, "C34", ("机械", "精密机械", "传动设备"), (8, 180), {**FACTORY, "special:spraying": 0.06, "special:confined_space": 0.03}),
    Trade(0.12, "C33", ("五金", "金属制品", "钢结构"), (6, 120), {**FACTORY, "special:spraying": 0.15, "eight:electroplating": 0.02}),
    Trade(0.10, "C17", ("纺织", "家纺", "布艺"), (10, 260), {**FACTORY, "special:combustible_dust": 0.05, "eight:textile_dyeing": 0.06}),
    Trade(0.08, "C18", ("服饰", "制衣"), (10, 300), {**FACTORY, "eight:shoemaking": 0.03}),
    Trade(
        0.06,
        "C21",
        ("家具", "木业"),
        (6, 90),
        {**FACTORY, "special:combustible_dust": 0.4, "special:spraying": 0.3, "eight:wood_bamboo": 0.2},
    ),
    Trade(0.07, "C29", ("塑业", "橡塑制品"), (6, 110), {**FACTORY, "eight:sponge": 0.03}),
    Trade(
        0.05, "C14", ("食品", "农产品加工"), (10, 160), {**FACTORY, "special:ammonia_refrigeration": 0.05, "special:confined_space": 0.15}
    ),
    Trade(0.03, "C23", ("印刷", "包装"), (6, 80), {**FACTORY, "eight:solvent_printing": 0.15}),
    Trade(0.05, "C39", ("电子", "光电科技"), (15, 400), {**FACTORY}),
    Trade(0.03, "C38", ("电器", "家电"), (20, 500), {**FACTORY, "eight:appliances": 0.2, "special:spraying": 0.2}),
    Trade(0.02, "C22", ("纸业", "纸制品"), (8, 90), {**FACTORY, "special:confined_space": 0.3}),
    Trade(0.008, "C31", ("铸造", "金属材料"), (15, 150), {**FACTORY, "special:metal_smelting": 0.6}),
    Trade(0.010, "C26", ("化工", "涂料", "新材料"), (20, 200), {**FACTORY, "key_process": 0.2}, ("production",)),
    Trade(
        0.020,
        "F51",
        ("化工贸易", "化学品经营"),
        (3, 25),
        SHOP,
        ("trade_without_storage", "trade_without_storage", "trade_with_storage"),
        0.2,
    ),
    Trade(0.012, "F52", ("加油站",), (5, 18), SHOP, ("filling_station",), 0.6),
    Trade(0.004, "G54", ("危险品运输",), (8, 60), SHOP, ("transport",), 0.5),
    Trade(0.06, "G59", ("仓储", "物流"), (5, 120), {**SHOP, "tenant": 0.15}, (), 0.5),
    Trade(0.106, "F52", ("百货", "商贸", "超市"), (3, 60), SHOP, (), 0.1),
    Trade(0.08, "H62", ("餐饮", "酒店"), (5, 120), {**SHOP, "special:confined_space": 0.02}, (), 0.2),
    Trade(0.04, "O81", ("汽车维修", "汽车服务"), (4, 40), {**SHOP, "special:spraying": 0.45, "special_work": 0.5}),
)

GIVEN = [
    "安禾",
    "博远",
    "晨曦",
    "达成",
    "恩泽",
    "丰和",
    "广宁",
    "恒信",
    "汇川",
    "嘉业",
    "金穗",
    "君临",
    "凯越",
    "乐山",
    "联合",
    "明德",
    "南湖",
    "鹏程",
    "启航",
    "荣光",
    "瑞安",
    "三和",
    "盛世",
    "泰来",
    "天成",
    "万象",
    "文澜",
    "祥云",
    "新苗",
    "兴旺",
    "秀水",
    "阳光",
    "永固",
    "宇航",
    "远见",
    "云溪",
    "振华",
    "正大",
    "志诚",
    "中天",
    "卓越",
    "紫荆",
    "百川",
    "长青",
    "东篱",
    "方圆",
    "高远",
    "海纳",
    "景行",
    "康宁",
    "立信",
    "茂林",
    "宁静",
    "平川",
    "清源",
    "仁和",
    "尚德",
    "顺达",
    "思源",
    "松柏",
    "同心",
    "维新",
    "西溪",
    "向阳",
    "信义",
    "雅致",
    "逸飞",
    "银桥",
    "友邦",
    "玉泉",
    "跃进",
    "知行",
    "竹海",
    "众合",
]
