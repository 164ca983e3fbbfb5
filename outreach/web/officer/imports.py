"""People from a file (W8): four steps on one page, each with an address of its own, then the dry run, then for real."""

from collections.abc import Iterator
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Query, Request, Response, UploadFile
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from pydantic import Field as Limit
from sqlmodel import Session

from outreach.accounts.models import User
from outreach.accounts.roles import Action
from outreach.consent import topics
from outreach.consent.models import Basis
from outreach.contacts import exporting, sources
from outreach.contacts.importing import columns, faults
from outreach.contacts.importing.columns import Field
from outreach.contacts.importing.faults import Fault
from outreach.contacts.models import SourceKind
from outreach.foundation import locale
from outreach.foundation.database import transaction
from outreach.foundation.errors import Conflict, Refused
from outreach.foundation.locale import gettext as _
from outreach.intake import asking, choices, queries, refused, undoing, working
from outreach.intake.choices import Choices
from outreach.intake.files import LARGEST
from outreach.intake.models import Import, ImportState, Verdict
from outreach.web.access import Db, may
from outreach.web.officer import choices as offered
from outreach.web.officer import words
from outreach.web.officer.page import act, number, page
from outreach.web.pages import redirect

# Files hold people as they are, so that nothing of them can be masked.
router = APIRouter(prefix="/contacts/import", dependencies=[Depends(may(Action.SEE_PEOPLE))])

Editor = Annotated[User, Depends(may(Action.EDIT_CONTACTS))]
Text = Annotated[str, Limit(max_length=500)]
SHOWN: Final = 10


class Answers(BaseModel):
    """The fourth step as it comes in."""

    language: Text = ""
    kind: Text = ""
    sector: Text = ""
    source: Text = ""
    source_kind: Text = SourceKind.UNSAID.value
    topic: list[Text] = []
    basis: Text = Basis.CONSENT.value
    wording: Text = ""
    given_on: Text = ""

    def chosen(self, *, by_row: bool) -> Choices:
        """Return what was chosen; `by_row` where rows name topics. Raises Refused where a permission is not proved."""
        chosen = Choices(
            language=self.language,
            kind=self.kind,
            sector=self.sector,
            source=self.source,
            source_kind=self.source_kind,
            topics=tuple(self.topic),
            basis=self.basis,
            wording=self.wording,
            given_on=self.given_on,
        )
        if chosen.topics or by_row:
            choices.prove(chosen.tidied(), by_row=by_row)
        return chosen


@router.get("")
def begin(request: Request, session: Db, _user: Editor) -> Response:
    """Show the first step, and the files of before."""
    return page(
        request, "contacts/import", at="contacts", recent=queries.recent(session), state_label=queries.state_label
    )


@router.post("", max_body_size=LARGEST + 1_000_000)
def take_in(session: Db, user: Editor, file: UploadFile) -> Response:
    """Take a file; a worker looks at it."""
    if not file.filename:
        return redirect("/contacts/import", say=_("Choose a file first."), tone="stop")
    taken = asking.take_in(session, file.file, name=file.filename, by=user.email)
    return redirect(f"/contacts/import/{taken.id}")


@router.get("/{import_id}")
def show(request: Request, import_id: str, session: Db, _user: Editor) -> Response:
    """Show where a file stands, with the steps that are open."""
    return _page(request, session, asking.get(session, number(import_id)))


@router.post("/{import_id}/reading")
def answer_reading(
    import_id: str,
    session: Db,
    _user: Editor,
    encoding: Annotated[str, Form(max_length=20)] = "",
    delimiter: Annotated[str, Form(max_length=5)] = "",
) -> Response:
    """Say what the file is written in."""
    taken = asking.get(session, number(import_id), lock=True)

    def answered() -> str:
        asking.answer_reading(session, taken, encoding=encoding, delimiter={"tab": "\t"}.get(delimiter, delimiter))
        return _("Good. Now say what the columns mean.")

    return act(session, answered, back=f"/contacts/import/{taken.id}")


@router.post("/{import_id}/columns")
def answer_columns(
    import_id: str,
    session: Db,
    _user: Editor,
    meaning: Annotated[list[Annotated[str, Limit(max_length=40)]], Form(max_length=500)],
) -> Response:
    """Say what the columns mean, in their order."""
    taken = asking.get(session, number(import_id), lock=True)

    def answered() -> str:
        said = [(name, place) for place, name in enumerate(meaning) if name in list(Field)]
        if len({name for name, _place in said}) < len(said):
            raise Refused(_("Two columns cannot mean the same."))
        asking.answer_columns(session, taken, {Field(name): place for name, place in said})
        return _("Good. Now say where the addresses come from.")

    return act(session, answered, back=f"/contacts/import/{taken.id}")


@router.post("/{import_id}/check")
def check(
    request: Request, import_id: str, session: Db, _user: Editor, answers: Annotated[Answers, Form()]
) -> Response:
    """Say what holds for all rows, and let them be checked; nothing is written."""
    taken = asking.get(session, number(import_id), lock=True)
    try:
        with session.begin_nested():
            asking.check(session, taken, answers.chosen(by_row=Field.TOPICS in taken.mapping))
    except (Refused, Conflict) as refusal:
        return _page(request, session, taken, answers=answers, problem=refusal.message)
    return redirect(f"/contacts/import/{taken.id}")


@router.post("/{import_id}/apply")
def apply(import_id: str, session: Db, user: Editor) -> Response:
    """Write what was checked."""
    taken = asking.get(session, number(import_id), lock=True)

    def begun() -> str:
        asking.apply(session, taken, by=user.email)
        return _("It is being written.")

    return act(session, begun, back=f"/contacts/import/{taken.id}")


@router.post("/{import_id}/undo")
def undo(import_id: str, session: Db, user: Editor) -> Response:
    """Take it back."""
    taken = asking.get(session, number(import_id), lock=True)

    def begun() -> str:
        undoing.undo(session, taken, by=user.email)
        return _("It is being undone.")

    return act(session, begun, back=f"/contacts/import/{taken.id}")


@router.post("/{import_id}/discard")
def discard(import_id: str, session: Db, _user: Editor) -> Response:
    """Forget a file that was not applied."""
    taken = asking.get(session, number(import_id), lock=True)

    def forgotten() -> str:
        asking.discard(session, taken)
        return _("The file is forgotten; nobody was changed.")

    return act(session, forgotten, back="/contacts/import")


@router.get("/{import_id}/rows")
def rows(
    request: Request,
    import_id: str,
    session: Db,
    _user: Editor,
    verdict: Annotated[Verdict, Query()] = Verdict.REFUSED,
    cursor: str | None = None,
) -> Response:
    """List the rows of one verdict."""
    taken = asking.get(session, number(import_id))
    return page(
        request,
        "contacts/import_rows",
        at="contacts",
        taken=taken,
        verdict=verdict,
        label=queries.verdict_label(verdict),
        pages=queries.rows(session, taken, [verdict], cursor=cursor),
    )


@router.get("/{import_id}/refused.csv")
def refused_rows(import_id: str, session: Db, _user: Editor) -> Response:
    """Give the rows that were not taken, to correct and take in again."""
    taken = asking.get(session, number(import_id))
    return StreamingResponse(
        _refused(taken, locale.language()),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(refused.name(taken))}"},
    )


def _refused(taken: Import, language: str) -> Iterator[bytes]:
    # A stream runs after its request, in a context of its own.
    after: int | None = 0
    with locale.use(language):
        header = exporting.as_csv((), header=refused.header(taken))
    yield header
    while after is not None:
        with transaction() as session, locale.use(language):
            lines, after = refused.portion(session, taken, after=after)
            written = exporting.as_csv(lines)
        yield written


def _page(
    request: Request,
    session: Session,
    taken: Import,
    *,
    answers: Answers | None = None,
    problem: str | None = None,
) -> Response:
    return page(
        request,
        "contacts/import_file",
        at="contacts",
        status=422 if problem else 200,
        taken=taken,
        state=taken.state.value,
        state_label=queries.state_label(taken.state),
        problem=problem,
        fault=faults.sentence(Fault(taken.fault), taken.detail) if taken.fault else "",
        percent=_percent(taken),
        working=taken.state in working.STEPS,
        answering=taken.state in asking.OPEN,
        samples=asking.samples(taken) if taken.state in asking.OPEN else (),
        meanings=[(field.value, columns.label(field)) for field in Field],
        mapped={place: name for name, place in taken.mapping.items()},
        answers=answers or _answers(taken),
        topics=[(one.key, topics.label(one)) for one in topics.listed(session)],
        kinds=offered.kinds(),
        source_kinds=[(one.value, sources.label(one)) for one in SourceKind],
        sectors=offered.sectors(),
        bases=[(one.value, words.basis_label(one)) for one in Basis],
        **_found(session, taken),
    )


def _found(session: Session, taken: Import) -> dict[str, Any]:
    if not taken.counts:
        return {"outcome": None}
    return {
        "outcome": queries.outcome(session, taken),
        "verdicts": [(one.value, queries.verdict_label(one)) for one in Verdict],
        "changed": queries.rows(session, taken, [Verdict.CHANGED], size=SHOWN).items,
        "kept": queries.kept_rows(session, taken) if taken.state is ImportState.UNDONE else [],
        "can_undo": undoing.can_undo(taken),
    }


def _answers(taken: Import) -> Answers:
    if not taken.choices:
        return Answers(language=locale.language())
    stored = dict(taken.choices)
    return Answers(topic=stored.pop("topics"), **stored)


def _percent(taken: Import) -> float:
    if taken.state is ImportState.CHECKING:
        return taken.reached / max(taken.size, 1)
    return taken.done / max(taken.rows, 1)
