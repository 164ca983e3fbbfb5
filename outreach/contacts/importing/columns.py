"""What the columns of a file mean: guessed by their names in Swedish, Chinese and English, shown before it counts."""

import unicodedata
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _
from outreach.foundation.locale import pgettext


class Field(StrEnum):
    """What a column can hold."""

    EMAIL = "email"
    FULL_NAME = "full_name"  # taken apart by script and order
    GIVEN_NAME = "given_name"
    FAMILY_NAME = "family_name"
    NATIVE_NAME = "native_name"
    LATIN_NAME = "latin_name"
    TITLE = "title"
    LANGUAGE = "language"
    ORGANISATION = "organisation"
    KIND = "kind"
    SECTOR = "sector"
    COUNTRY = "country"
    TIME_ZONE = "time_zone"
    TAGS = "tags"
    SOURCE = "source"
    TOPICS = "topics"  # what this person agreed to letters about
    CONFIRMED = "confirmed"  # a mark: the address is right as it is, though it looks mistyped


Mapped = Mapping[Field, int]  # which column, counted from 0

_NAMES: Final[dict[Field, tuple[str, ...]]] = {
    Field.EMAIL: (
        *("email", "e-mail", "mail", "mail address", "email address", "e-mail address", "address", "epost", "e-post"),
        *(
            "e-postadress",
            "epostadress",
            "mejl",
            "mejladress",
            "邮箱",
            "电子邮箱",
            "电子邮件",
            "邮件",
            "邮箱地址",
            "邮件地址",
        ),
    ),
    Field.FULL_NAME: (
        "name",
        "full name",
        "fullname",
        "namn",
        "hela namnet",
        "姓名",
        "名字",
        "全名",
        "联系人",
        "contact",
    ),
    Field.GIVEN_NAME: ("given name", "first name", "firstname", "given", "förnamn", "tilltalsnamn", "名"),
    Field.FAMILY_NAME: ("family name", "last name", "lastname", "surname", "efternamn", "姓", "姓氏"),
    Field.NATIVE_NAME: ("native name", "chinese name", "kinesiskt namn", "中文名", "中文姓名", "本名"),
    Field.LATIN_NAME: ("latin name", "english name", "pinyin", "latinskt namn", "英文名", "拼音", "英文姓名"),
    Field.TITLE: ("title", "job title", "position", "role", "titel", "befattning", "roll", "职位", "职务", "头衔"),
    Field.LANGUAGE: ("language", "lang", "preferred language", "språk", "语言", "语种"),
    Field.ORGANISATION: (
        *("organisation", "organization", "company", "employer", "företag", "arbetsgivare", "myndighet"),
        *("单位", "公司", "机构", "组织", "工作单位", "企业"),
    ),
    Field.KIND: (
        "kind",
        "type",
        "organisation kind",
        "typ",
        "slag",
        "organisationstyp",
        "类型",
        "机构类型",
        "单位类型",
    ),
    Field.SECTOR: ("sector", "industry", "bransch", "sektor", "行业", "领域", "部门"),
    Field.COUNTRY: ("country", "land", "国家", "国别"),
    Field.TIME_ZONE: ("time zone", "timezone", "tidszon", "时区"),
    Field.TAGS: ("tags", "tag", "labels", "taggar", "etiketter", "标签"),
    Field.SOURCE: ("source", "origin", "källa", "ursprung", "来源"),
    Field.TOPICS: ("topics", "topic", "subscriptions", "ämnen", "ämne", "prenumerationer", "主题", "订阅", "订阅主题"),
    Field.CONFIRMED: ("address is right", "adressen stämmer", "地址无误"),  # as `label` says it
}


def label(field: Field) -> str:
    """Name a field in the language in use."""
    labels = {
        Field.EMAIL: _("Mail address"),
        Field.FULL_NAME: _("Full name"),
        Field.GIVEN_NAME: _("Given name"),
        Field.FAMILY_NAME: _("Family name"),
        Field.NATIVE_NAME: _("Name in its own script"),
        Field.LATIN_NAME: _("In Latin letters"),
        Field.TITLE: pgettext("person", "Title"),
        Field.LANGUAGE: _("Language"),
        Field.ORGANISATION: _("Organisation"),
        Field.KIND: _("Kind of organisation"),
        Field.SECTOR: _("Sector"),
        Field.COUNTRY: _("Country"),
        Field.TIME_ZONE: _("Time zone"),
        Field.TAGS: _("Tags"),
        Field.SOURCE: _("Source"),
        Field.TOPICS: _("Topics"),
        Field.CONFIRMED: _("Address is right"),
    }
    return labels[field]


def guess(header: Sequence[str]) -> dict[Field, int]:
    """Return what the names of the columns say; a field goes to the first column that is called so."""
    known = {_bare(name): field for field, names in _NAMES.items() for name in (field.value, *names)}
    found: dict[Field, int] = {}
    for place, name in enumerate(header):
        field = known.get(_bare(name))
        if field:
            found.setdefault(field, place)
    return found


def read(written: str, header: Sequence[str]) -> dict[Field, int]:
    """Read `email=E-post,given_name=Förnamn`. Raises Refused for a field or column that there is not."""
    found: dict[Field, int] = {}
    for part in filter(None, (one.strip() for one in written.split(","))):
        name, _equals, column = (one.strip() for one in part.partition("="))
        if name not in list(Field):
            raise Refused(
                _("“%(name)s” is not a field; the known ones are %(known)s.")
                % {"name": name, "known": ", ".join(Field)}
            )
        if column not in header:
            raise Refused(
                _("There is no column “%(name)s”; the file has %(known)s.")
                % {"name": column, "known": ", ".join(header)}
            )
        found[Field(name)] = list(header).index(column)
    return found


def _bare(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).lower().replace("_", " ").split()).strip(" *:")
