"""The people and places of these stories."""

from sqlmodel import Session

from outreach.contacts import editing, organisations
from outreach.contacts.editing import Details
from outreach.contacts.models import Contact, Organisation, OrganisationKind, Sector

ACTOR = "officer@csr-centre.example"


def norrstrand(session: Session) -> Organisation:
    return organisations.upsert(
        session,
        key="o04",
        names={"sv": "Norrstrand Textil AB", "zh-Hans": "诺斯特纺织"},
        kind=OrganisationKind.COMPANY,
        sector=Sector.TEXTILES,
        country="SE",
        language="sv",
    )


def yunfan(session: Session) -> Organisation:
    return organisations.upsert(
        session,
        key="o08",
        names={"zh-Hans": "临溪云帆纺织有限公司", "en": "Linxi Yunfan Textiles"},
        kind=OrganisationKind.COMPANY,
        sector=Sector.TEXTILES,
        country="CN",
        language="zh-Hans",
    )


def anna(session: Session) -> Contact:
    return editing.add(
        session,
        Details(
            email="Anna@Norrstrand.example",
            language="sv",
            source="sign-up form",
            given_name="Anna",
            family_name="Lindfors",
            organisation_id=norrstrand(session).id,
            tags=("vip",),
        ),
        actor=ACTOR,
    )


def lin(session: Session) -> Contact:
    return editing.add(
        session,
        Details(
            email="lin@yunfan.example",
            language="zh-CN",
            source="met at a fair",
            native_name="林晓岚",
            latin_name="Lin Xiaolan",
            organisation_id=yunfan(session).id,
            country="cn",
            time_zone="Asia/Shanghai",
        ),
        actor=ACTOR,
    )
