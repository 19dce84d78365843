"""Names people use for time zones: the world's cities, countries and regions, in English and Chinese.

The tz database names a zone after one city in it; most people live in another. Each line here is a zone, with
the places that keep its time: the English name, then the Chinese one. What people are likely to mean stands
first, so the order is also the order of suggestions.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A name for a zone, in both languages."""

    zone: str
    en: str
    zh: str


def places() -> Iterator[Place]:
    """Every place of the table, the likeliest first."""
    for line in _TABLE.strip().splitlines():
        zone, _, names = line.partition(": ")
        for name in names.split(", "):
            en, _, zh = name.rpartition(" ")
            yield Place(zone=zone, en=en, zh=zh)


_TABLE: Final = """
Asia/Shanghai: Beijing 北京, Shanghai 上海, Shenzhen 深圳, Guangzhou 广州, Hangzhou 杭州, Chengdu 成都, Nanjing 南京
Asia/Shanghai: Wuhan 武汉, Xi'an 西安, Suzhou 苏州, Chongqing 重庆, Tianjin 天津, Hefei 合肥, Changsha 长沙, Xiamen 厦门
Asia/Shanghai: Qingdao 青岛, Jinan 济南, Dalian 大连, Shenyang 沈阳, Harbin 哈尔滨, Zhengzhou 郑州, Kunming 昆明
Asia/Shanghai: China 中国, Zhuhai 珠海, Ningbo 宁波, Wuxi 无锡, Fuzhou 福州, Lanzhou 兰州, Taiyuan 太原, Guiyang 贵阳
America/New_York: New York 纽约, Boston 波士顿, Washington 华盛顿, Philadelphia 费城, Atlanta 亚特兰大, Miami 迈阿密
America/New_York: Pittsburgh 匹兹堡, Princeton 普林斯顿, US East 美东, Eastern 美国东部
America/Los_Angeles: San Francisco 旧金山, Los Angeles 洛杉矶, Seattle 西雅图, San Jose 圣何塞, San Diego 圣迭戈
America/Los_Angeles: Silicon Valley 硅谷, Las Vegas 拉斯维加斯, Portland 波特兰, US West 美西, Pacific 太平洋
Europe/London: London 伦敦, Cambridge 剑桥, Oxford 牛津, Edinburgh 爱丁堡, Manchester 曼彻斯特, UK 英国
Asia/Tokyo: Tokyo 东京, Osaka 大阪, Kyoto 京都, Yokohama 横滨, Nagoya 名古屋, Fukuoka 福冈, Sapporo 札幌, Japan 日本
Asia/Singapore: Singapore 新加坡
Asia/Hong_Kong: Hong Kong 香港
Asia/Taipei: Taipei 台北, Kaohsiung 高雄, Hsinchu 新竹, Taiwan 台湾
Asia/Macau: Macau 澳门
Asia/Seoul: Seoul 首尔, Busan 釜山, Korea 韩国
Europe/Paris: Paris 巴黎, Lyon 里昂, Marseille 马赛, France 法国
Europe/Berlin: Berlin 柏林, Munich 慕尼黑, Frankfurt 法兰克福, Hamburg 汉堡, Cologne 科隆
Europe/Berlin: Stuttgart 斯图加特, Germany 德国
Europe/Zurich: Zurich 苏黎世, Geneva 日内瓦, Lausanne 洛桑, Basel 巴塞尔, Bern 伯尔尼, Switzerland 瑞士
Europe/Amsterdam: Amsterdam 阿姆斯特丹, Rotterdam 鹿特丹, The Hague 海牙, Eindhoven 埃因霍温, Netherlands 荷兰
Asia/Kolkata: Bangalore 班加罗尔, Bengaluru 班加罗尔, Mumbai 孟买, Delhi 德里, New Delhi 新德里, Hyderabad 海得拉巴
Asia/Kolkata: Chennai 金奈, Kolkata 加尔各答, Pune 浦那, India 印度
America/Chicago: Chicago 芝加哥, Houston 休斯敦, Dallas 达拉斯, Austin 奥斯汀, Minneapolis 明尼阿波利斯
America/Chicago: US Central 美国中部
America/Denver: Denver 丹佛, Salt Lake City 盐湖城, Boulder 博尔德, US Mountain 美国山区
America/Phoenix: Phoenix 菲尼克斯
America/Toronto: Toronto 多伦多, Ottawa 渥太华, Montreal 蒙特利尔, Waterloo 滑铁卢
America/Vancouver: Vancouver 温哥华, Victoria 维多利亚
America/Edmonton: Edmonton 埃德蒙顿, Calgary 卡尔加里
America/Anchorage: Anchorage 安克雷奇, Alaska 阿拉斯加
Pacific/Honolulu: Honolulu 檀香山, Hawaii 夏威夷
Australia/Sydney: Sydney 悉尼, Canberra 堪培拉
Australia/Melbourne: Melbourne 墨尔本
Australia/Brisbane: Brisbane 布里斯班
Australia/Perth: Perth 珀斯
Australia/Adelaide: Adelaide 阿德莱德
Pacific/Auckland: Auckland 奥克兰, Wellington 惠灵顿, New Zealand 新西兰
Asia/Bangkok: Bangkok 曼谷, Chiang Mai 清迈, Thailand 泰国
Asia/Ho_Chi_Minh: Ho Chi Minh City 胡志明市, Saigon 西贡, Hanoi 河内, Vietnam 越南
Asia/Kuala_Lumpur: Kuala Lumpur 吉隆坡, Penang 槟城, Malaysia 马来西亚
Asia/Jakarta: Jakarta 雅加达, Bandung 万隆
Asia/Makassar: Bali 巴厘岛
Asia/Manila: Manila 马尼拉, Philippines 菲律宾
Asia/Dubai: Dubai 迪拜, Abu Dhabi 阿布扎比
Asia/Riyadh: Riyadh 利雅得, Jeddah 吉达, Saudi Arabia 沙特
Asia/Jerusalem: Tel Aviv 特拉维夫, Jerusalem 耶路撒冷, Haifa 海法, Israel 以色列
Asia/Karachi: Karachi 卡拉奇, Lahore 拉合尔, Islamabad 伊斯兰堡, Pakistan 巴基斯坦
Asia/Dhaka: Dhaka 达卡, Bangladesh 孟加拉国
Asia/Kathmandu: Kathmandu 加德满都, Nepal 尼泊尔
Asia/Colombo: Colombo 科伦坡, Sri Lanka 斯里兰卡
Asia/Yangon: Yangon 仰光, Myanmar 缅甸
Asia/Tehran: Tehran 德黑兰, Iran 伊朗
Asia/Tashkent: Tashkent 塔什干
Asia/Almaty: Almaty 阿拉木图
Asia/Ulaanbaatar: Ulaanbaatar 乌兰巴托, Mongolia 蒙古
Asia/Urumqi: Urumqi 乌鲁木齐, Xinjiang 新疆
Europe/Madrid: Madrid 马德里, Barcelona 巴塞罗那, Valencia 瓦伦西亚, Spain 西班牙
Europe/Rome: Rome 罗马, Milan 米兰, Turin 都灵, Italy 意大利
Europe/Vienna: Vienna 维也纳, Austria 奥地利
Europe/Prague: Prague 布拉格
Europe/Warsaw: Warsaw 华沙, Krakow 克拉科夫, Poland 波兰
Europe/Budapest: Budapest 布达佩斯
Europe/Brussels: Brussels 布鲁塞尔, Belgium 比利时
Europe/Copenhagen: Copenhagen 哥本哈根, Denmark 丹麦
Europe/Stockholm: Stockholm 斯德哥尔摩, Gothenburg 哥德堡, Sweden 瑞典
Europe/Oslo: Oslo 奥斯陆, Norway 挪威
Europe/Helsinki: Helsinki 赫尔辛基, Finland 芬兰
Europe/Dublin: Dublin 都柏林, Ireland 爱尔兰
Europe/Lisbon: Lisbon 里斯本, Porto 波尔图
Europe/Athens: Athens 雅典, Greece 希腊
Europe/Istanbul: Istanbul 伊斯坦布尔, Ankara 安卡拉, Turkey 土耳其
Europe/Moscow: Moscow 莫斯科, Saint Petersburg 圣彼得堡, St Petersburg 圣彼得堡
Europe/Kyiv: Kyiv 基辅, Kiev 基辅, Ukraine 乌克兰
Europe/Bucharest: Bucharest 布加勒斯特
Asia/Vladivostok: Vladivostok 海参崴
Africa/Cairo: Cairo 开罗, Egypt 埃及
Africa/Johannesburg: Johannesburg 约翰内斯堡, Cape Town 开普敦, South Africa 南非
Africa/Lagos: Lagos 拉各斯, Nigeria 尼日利亚
Africa/Nairobi: Nairobi 内罗毕, Kenya 肯尼亚
Africa/Casablanca: Casablanca 卡萨布兰卡, Morocco 摩洛哥
America/Sao_Paulo: Sao Paulo 圣保罗, Rio de Janeiro 里约热内卢, Brasilia 巴西利亚
America/Argentina/Buenos_Aires: Buenos Aires 布宜诺斯艾利斯, Argentina 阿根廷
America/Santiago: Santiago 圣地亚哥
America/Lima: Lima 利马, Peru 秘鲁
America/Bogota: Bogota 波哥大, Colombia 哥伦比亚
America/Mexico_City: Mexico City 墨西哥城, Mexico 墨西哥
UTC: UTC 世界时, Greenwich 格林尼治
"""
