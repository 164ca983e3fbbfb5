"""A folder → a manuscript. Every mistake names its file, line and field; nothing is kept until all of it is right."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from outreach.content import assets, manuscript, markdown, piece_yaml, prose_writing, values
from outreach.content.folders import ASSETS, PIECE, Folder
from outreach.content.frontmatter import split
from outreach.content.given import Given
from outreach.content.kinds import EDITION_LINES, PICTURE_LINES, RICH, SHAPES
from outreach.content.manuscript import Manuscript, Picture, Section, Words
from outreach.content.mistakes import Mistake, choices
from outreach.content.piece_yaml import stem
from outreach.content.prose import Paragraph
from outreach.foundation.errors import Refused
from outreach.foundation.locale import LANGUAGES
from outreach.foundation.locale import gettext as _


def read(folder: Folder, topics: Iterable[str]) -> Manuscript:
    """Read a piece; `topics` are the keys that it may name. Its pictures are stored once everything else is right.

    Raises Mistake.
    """
    return _Reading(folder).fill(piece_yaml.read(folder, topics))


@dataclass
class _Reading:
    folder: Folder
    seen: set[str] = field(default_factory=lambda: {PIECE})

    def fill(self, bare: Manuscript) -> Manuscript:
        languages = [one for one in LANGUAGES if any(name.endswith(f".{one}.md") for name in self.folder.names)]
        editions = {one: self._words(f"edition.{one}.md", EDITION_LINES) for one in languages}
        sections = [self._section(section, languages) for section in bare.sections]
        pictures = [self._captions(picture, languages) for picture in bare.pictures]
        self._refuse_strangers()
        stored = [self._stored(picture) for picture in pictures]
        return replace(
            bare, editions=editions, sections=tuple(sections), pictures=manuscript.in_order(stored, sections)
        )

    def _section(self, section: Section, languages: Sequence[str]) -> Section:
        shape = SHAPES[section.kind]
        if not shape.fields:
            return section
        names = {one: f"{section.key}.{one}.md" for one in languages}
        texts = {one: self._words(name, shape.lines, shape.body) for one, name in names.items()}
        return replace(section, texts={one: words for one, words in texts.items() if words})

    def _captions(self, picture: Picture, languages: Sequence[str]) -> Picture:
        self.seen.add(f"{ASSETS}/{picture.name}")
        names = {one: f"{ASSETS}/{stem(picture.name)}.{one}.md" for one in languages}
        texts = {one: self._words(name, PICTURE_LINES) for one, name in names.items()}
        return replace(picture, texts={one: words for one, words in texts.items() if words})

    def _words(self, name: str, lines: tuple[str, ...], body: str | None = None) -> Words:
        """Read one Markdown file. An empty one stands for words that are not written yet."""
        file = self.folder.label(name)
        if name not in self.folder.names:
            raise Mistake(_("This file is missing; add it, empty if its words are not written yet."), file=file)
        self.seen.add(name)
        fields, text, line = split(file, self.folder.text(name))
        given = Given(file, fields)
        given.only(lines)
        words = {one: self._line(given, one) for one in lines if given.has(one)}
        if text and body is None:
            raise Mistake(
                _("There is text below the front matter, where none belongs; remove it or make it a field."),
                file=file,
                line=line,
            )
        if body:
            words[body] = self._body(text, file, line, rich=body in RICH)
        return {one: value for one, value in words.items() if value}

    def _line(self, given: Given, name: str) -> str:
        if name in RICH:
            line = given.fields.lines[name]
            return prose_writing.to_html(markdown.read(given.text(name), file=given.file, line=line, field=name))
        return given.checked(name, given.text(name), values.line)

    def _body(self, text: str, file: str, line: int, *, rich: bool) -> str:
        read = markdown.read(text, file=file, line=line)
        if rich or not read:
            return prose_writing.to_html(read)
        only = read[0].plain if len(read) == 1 and isinstance(read[0], Paragraph) else None
        if only is None:
            raise Mistake(
                _("A quotation is one paragraph without formatting; remove lists, bold, italic and links."),
                file=file,
                line=line,
            )
        return values.line(only)

    def _refuse_strangers(self) -> None:
        """Refuse files that nothing names: a misspelt name must not cost a text in silence."""
        for name in sorted(self.folder.names - self.seen):
            is_picture = bool(assets.NAME.fullmatch(name.removeprefix(f"{ASSETS}/")))
            raise Mistake(
                _("This picture is not listed under “assets” in piece.yaml; list it there or remove it.")
                if is_picture
                else _("Nothing in the piece has this name in one of its languages (%(known)s); rename or remove it.")
                % {"known": choices(LANGUAGES)},
                file=self.folder.label(name),
            )

    def _stored(self, picture: Picture) -> Picture:
        name = f"{ASSETS}/{picture.name}"
        try:
            stored = assets.store(picture.name, self.folder.picture(name))
        except Mistake:
            raise
        except Refused as refusal:
            raise Mistake(refusal.message, file=self.folder.label(name)) from refusal
        return replace(
            picture,
            sha256=stored.sha256,
            media_type=stored.media_type,
            width=stored.width,
            height=stored.height,
        )
