"""Given and family names for the invented people of the demo, and how their e-mail addresses spell them.

Names are common words put together by chance; a full name that belongs to somebody is a coincidence.
"""

from random import Random
from typing import Final, NamedTuple


class Name(NamedTuple):
    """A person's name in its own script, and in Latin letters where that script is another (else empty)."""

    given: str
    family: str
    native: str
    latin: str
    spelling: str


def chinese(rng: Random) -> Name:
    """Return a Chinese name, family name first, with pinyin."""
    family, family_latin = rng.choice(CHINESE_FAMILY)
    given, given_latin = rng.choice(CHINESE_GIVEN)
    latin = f"{family_latin} {given_latin}"
    return Name(given, family, f"{family}{given}", latin, f"{given_latin}.{family_latin}".lower())


def swedish(rng: Random) -> Name:
    """Return a Swedish name."""
    return _western(rng.choice(SWEDISH_GIVEN), rng.choice(SWEDISH_FAMILY))


def international(rng: Random) -> Name:
    """Return a name from elsewhere; given and family name come from the same part of the world."""
    given, family = rng.choice(INTERNATIONAL)
    return _western(rng.choice(given), rng.choice(family))


def _western(given: str, family: str) -> Name:
    return Name(given, family, f"{given} {family}", "", f"{given}.{family}".lower().translate(_ASCII))


_ASCII: Final = str.maketrans("åäöéèáàíóøæñçüï", "aaoeeaaiooancui", "'’ -")


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    words = text.split()
    return tuple(zip(words[::2], words[1::2], strict=True))


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


CHINESE_FAMILY: Final = _pairs("""
    王 Wang 李 Li 张 Zhang 刘 Liu 陈 Chen 杨 Yang 黄 Huang 赵 Zhao 吴 Wu 周 Zhou 徐 Xu 孙 Sun 马 Ma 朱 Zhu 胡 Hu 郭 Guo
    何 He 林 Lin 罗 Luo 高 Gao 郑 Zheng 梁 Liang 谢 Xie 宋 Song 唐 Tang 许 Xu 韩 Han 冯 Feng 邓 Deng 曹 Cao 彭 Peng
    曾 Zeng 肖 Xiao 田 Tian 董 Dong 潘 Pan 袁 Yuan 蔡 Cai 蒋 Jiang 余 Yu 于 Yu 杜 Du 叶 Ye 程 Cheng 魏 Wei 苏 Su 丁 Ding
    任 Ren 卢 Lu 姚 Yao 沈 Shen 钟 Zhong 姜 Jiang 崔 Cui 谭 Tan 陆 Lu 范 Fan 汪 Wang 廖 Liao 石 Shi 金 Jin 贾 Jia 夏 Xia
    韦 Wei 方 Fang 邹 Zou 熊 Xiong 秦 Qin
""")

CHINESE_GIVEN: Final = _pairs("""
    若溪 Ruoxi 思源 Siyuan 雨桐 Yutong 子砚 Ziyan 嘉禾 Jiahe 静远 Jingyuan 文澜 Wenlan 晨曦 Chenxi 书瑶 Shuyao
    明哲 Mingzhe 安然 Anran 景行 Jingxing 知夏 Zhixia 云舒 Yunshu 清越 Qingyue 怀瑾 Huaijin 梓涵 Zihan 雅宁 Yaning
    立诚 Licheng 承泽 Chengze 润泽 Runze 佩兰 Peilan 秋实 Qiushi 松吟 Songyin 若谷 Ruogu 望舒 Wangshu 乐川 Lechuan
    婉清 Wanqing 叶舟 Yezhou 芷兰 Zhilan 沐阳 Muyang 昭宁 Zhaoning 希文 Xiwen 远帆 Yuanfan 新竹 Xinzhu 舒雅 Shuya
    建章 Jianzhang 亚楠 Yanan 启航 Qihang 玉珂 Yuke 长风 Changfeng 修远 Xiuyuan 冬阳 Dongyang 映雪 Yingxue
    春山 Chunshan 青岚 Qinglan 维岳 Weiyue 初晴 Chuqing 墨林 Molin 佳音 Jiayin 景云 Jingyun 可欣 Kexin 同舟 Tongzhou
    语彤 Yutong 家宁 Jianing 鹤洲 Hezhou 素心 Suxin 沛然 Peiran 芸熙 Yunxi 时雨 Shiyu 宛如 Wanru 凌波 Lingbo
    金秋 Jinqiu 雁秋 Yanqiu 楚然 Churan 若水 Ruoshui 桂芳 Guifang 砚秋 Yanqiu 泽川 Zechuan 听澜 Tinglan
""")

SWEDISH_GIVEN: Final = _words("""
    Åsa Björn Elsa Göran Linnéa Håkan Märta Sören Tove Örjan Ylva Jörgen Agnes Anders Birgitta Cecilia Daniel Ebba Emil
    Fredrik Frida Gunnar Hanna Helena Hugo Ida Ingrid Isak Jenny Joakim Johanna Jonas Karin Katarina Klara Lars Lena
    Lovisa Ludvig Magnus Malin Maria Mattias Mikael Moa Nils Nora Olof Oskar Pernilla Rasmus Rebecka Robert Sara Signe
    Sofia Staffan Stina Susanne Tobias Ulrika Viktor Amira Yusuf Leyla Tuva Pär Märit
""")

SWEDISH_FAMILY: Final = _words("""
    Alnäs Askholm Barrsten Bergviken Björkhem Blåvik Brolund Bäckmar Dalstrand Ekhamn Enåker Falkäng Fjällmark Forsäter
    Furunäs Granlid Grönvik Gårdmark Hasselby Havsäter Hedlöv Holmsätra Hällstrand Högåsen Isfors Kallmark Kvarnbäck
    Källhag Lindehag Ljungmar Lundåker Löfsätra Lönnbro Mossäng Myrhage Månsgård Nordhamn Norråker Nyäng Oxholm Rosenäs
    Rydlöv Rönnmark Sandäng Sjömark Skogväg Slåttern Stenåsen Strandgård Sundlöv Svanholt Säterlund Tallvik Tjärnberg
    Torphage Tångmark Utterbäck Vassmar Videgård Väderö Västlund Ågehall Ålund Ängmark Ödåker Östhage
""")

INTERNATIONAL: Final = tuple(
    (_words(given), _words(family))
    for given, family in (
        ("Alice Graham Imogen Kieran Martha Tessa", "Ashdown Birkett Colley Farrow Hobday Merrick Thornby"),
        ("Aino Eero Kaisa Mikko Oona Tapio Veera", "Halonkari Kivelä Lehtovaara Mäkisalo Rantakoski Saarela"),
        (
            "Ananya Dev Kavita Nikhil Priya Rohan Sunita",
            "Bhattarai Chandekar Iyengar Kulkarni Parambil Raghunath Thakkar",
        ),
        ("Anke Birte Dieter Jannik Katrin Torsten Ulrike", "Altenburg Brockmann Eichner Hartwig Lohse Petersen Wendt"),
        ("Beatriz Ignacio Lucía Marisol Rafael Tomás", "Aldecoa Barrientos Escudero Manzano Robledo Vallejo Zubiri"),
        ("Anouk Bram Femke Joris Maaike Sander", "Dekkers Hoekstra Kuipers Terpstra Verhagen Zijlstra"),
        ("Chinwe Emeka Folake Ifeoma Kunle Ngozi", "Adeyinka Balogun Eze Nwankwo Obiora Udoh"),
        ("Haruka Kenta Misaki Naoki Sayuri Takumi", "Arimura Hoshikawa Kusano Morishige Nagase Tachibana"),
        ("Ha-eun Ji-won Min-jae Seo-yeon Tae-ho Yu-na", "Baek Cheon Gil Namgung Seonwoo Yoo"),
        ("Linh Mai Minh Phuong Quang Thao", "Dinh Huynh Luong Ngo Pham Trinh"),
        ("Fatima Karim Nadia Omar Rania Tariq", "Benali Haddad Mansour Nasser Qureshi Zahran"),
    )
)
