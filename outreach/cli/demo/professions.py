"""Job titles of the demo's invented people, per line of work and language."""

from typing import Final

_LANGUAGES: Final = ("sv", "zh-Hans", "en")


def _titles(*rows: tuple[str, str, str]) -> dict[str, tuple[str, ...]]:
    return dict(zip(_LANGUAGES, zip(*rows, strict=True), strict=True))


TITLES: Final = {
    "public_administration": _titles(
        ("inspektör", "督察员", "inspector"),
        ("utredare", "政策研究员", "policy officer"),
        ("enhetschef", "处长", "head of unit"),
        ("handläggare", "科员", "case officer"),
        ("jurist", "法务专员", "legal adviser"),
        ("miljöstrateg", "环境规划专员", "environmental strategist"),
    ),
    "textiles": _titles(
        ("hållbarhetschef", "可持续发展经理", "sustainability manager"),
        ("inköpare", "采购员", "buyer"),
        ("produktionschef", "生产经理", "production manager"),
        ("kvalitetsansvarig", "质量主管", "quality lead"),
        ("kemikalieansvarig", "化学品管理员", "chemicals officer"),
        ("personalchef", "人事经理", "HR manager"),
        ("färgmästare", "染色技师", "dye master"),
    ),
    "electronics": _titles(
        ("leverantörsutvecklare", "供应商管理工程师", "supplier engineer"),
        ("hållbarhetsansvarig", "可持续发展专员", "sustainability officer"),
        ("produktionsplanerare", "生产计划员", "production planner"),
        ("inköpschef", "采购经理", "purchasing manager"),
        ("arbetsmiljöansvarig", "安全与健康主管", "health and safety lead"),
        ("regelefterlevnadsansvarig", "合规主管", "compliance officer"),
        ("löneansvarig", "薪酬主管", "payroll lead"),
    ),
    "machinery": _titles(
        ("konstruktör", "设计工程师", "design engineer"),
        ("inköpschef", "采购经理", "purchasing manager"),
        ("verkstadschef", "车间主任", "workshop manager"),
        ("miljösamordnare", "环保协调员", "environmental coordinator"),
        ("exportansvarig", "出口主管", "export manager"),
        ("HR-specialist", "人力资源专员", "HR specialist"),
    ),
    "food": _titles(
        ("råvaruinköpare", "原料采购员", "raw materials buyer"),
        ("livsmedelssäkerhetsansvarig", "食品安全主管", "food safety lead"),
        ("hållbarhetsstrateg", "可持续发展专员", "sustainability strategist"),
        ("fabrikschef", "厂长", "plant manager"),
        ("logistikansvarig", "物流主管", "logistics lead"),
        ("personalansvarig", "人事主管", "HR lead"),
    ),
    "retail_sourcing": _titles(
        ("inköpschef", "采购经理", "purchasing manager"),
        ("leverantörsgranskare", "供应商审核员", "supplier auditor"),
        ("nätverksansvarig", "网络主管", "network manager"),
        ("hållbarhetsrådgivare", "可持续发展顾问", "sustainability adviser"),
        ("kategoriansvarig", "品类经理", "category manager"),
    ),
    "education": _titles(
        ("universitetslektor", "副教授", "senior lecturer"),
        ("doktorand", "博士研究生", "doctoral student"),
        ("forskningssamordnare", "科研秘书", "research coordinator"),
        ("professor", "教授", "professor"),
        ("kursansvarig", "课程负责人", "course director"),
        ("bibliotekarie", "图书馆员", "librarian"),
    ),
    "civil_society": _titles(
        ("programansvarig", "项目主管", "programme officer"),
        ("kommunikatör", "传播专员", "communications officer"),
        ("generalsekreterare", "秘书长", "secretary general"),
        ("rådgivare", "咨询员", "adviser"),
        ("volontärsamordnare", "志愿者协调员", "volunteer coordinator"),
    ),
    "trade": _titles(
        ("näringspolitisk expert", "经贸政策专员", "trade policy expert"),
        ("evenemangsansvarig", "活动主管", "events manager"),
        ("medlemsansvarig", "会员事务主管", "membership manager"),
        ("analytiker", "分析师", "analyst"),
        ("direktör", "总干事", "director"),
    ),
    "independent": _titles(
        ("konsult", "顾问", "consultant"),
        ("frilansskribent", "自由撰稿人", "freelance writer"),
        ("student", "学生", "student"),
    ),
}
