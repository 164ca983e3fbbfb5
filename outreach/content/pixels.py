"""Turn what somebody uploaded into a plain picture: upright, sRGB, at most 1,280 pixels wide, nothing but pixels.

1,280 is a 640-pixel letter on a screen of double density. The decoder is chosen by the first bytes, never by guessing
among all that Pillow knows, and the size is checked before anything is decoded (decompression bombs).
"""

import io
import struct
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageCms, ImageOps
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _

WIDEST: Final = 1280
HIGHEST: Final = 2560
MOST_PIXELS: Final = 60_000_000

_SIGNATURES: Final[tuple[tuple[bytes, str, type[ImageFile]], ...]] = (
    (b"\xff\xd8\xff", "image/jpeg", JpegImageFile),
    (b"\x89PNG\r\n\x1a\n", "image/png", PngImageFile),
)
_ENDINGS: Final = {"image/jpeg": ".jpg", "image/png": ".png"}
# Everything else may carry text, places, thumbnails or programs.
_PLAIN_SEGMENTS: Final = {0xC0, 0xC1, 0xC2, 0xC4, 0xDA, 0xDB, 0xDD}
_PLAIN_CHUNKS: Final = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
_PLAIN_MODES: Final = {"1", "L", "LA", "P", "RGB", "RGBA"}
_DAMAGE: Final = (OSError, ValueError, SyntaxError, EOFError, struct.error)  # what Pillow raises for broken files


@dataclass(frozen=True, slots=True)
class Plain:
    """The bytes of a picture and its size in pixels."""

    content: bytes
    width: int
    height: int


def plain(content: bytes, media_type: str) -> Plain:
    """Return the plain form of a picture; one that is plain already is returned byte for byte.

    Raises Refused for what is no picture, of another kind than it is called, damaged, or larger than 60 megapixels.
    """
    found, opened = _opened(content)
    if found != media_type:
        raise Refused(
            _("This picture is of another kind than its name says; end the name with %(ending)s.")
            % {"ending": _ENDINGS[found]}
        )
    if opened.width * opened.height > MOST_PIXELS:
        raise Refused(_("This picture has more than 60 megapixels; export a smaller one."))
    try:
        opened.load()
        return Plain(content, *opened.size) if _is_plain(content, opened, media_type) else _anew(opened, media_type)
    except _DAMAGE as fault:
        raise Refused(_("This picture is damaged; export it again.")) from fault


def _opened(content: bytes) -> tuple[str, ImageFile]:
    for signature, media_type, decoder in _SIGNATURES:
        if content.startswith(signature):
            try:
                return media_type, decoder(io.BytesIO(content))
            except _DAMAGE as fault:
                raise Refused(_("This picture is damaged; export it again.")) from fault
    raise Refused(_("This is not a JPEG or PNG picture; export it as one of these."))


def _anew(opened: ImageFile, media_type: str) -> Plain:
    profile = opened.info.get("icc_profile")
    image: Image.Image = _in_srgb(opened, profile) if profile else opened
    image = ImageOps.exif_transpose(image)
    see_through = media_type == "image/png" and ("A" in image.mode or "transparency" in image.info)
    image = image.convert("RGBA" if see_through else "RGB")
    image.thumbnail((WIDEST, HIGHEST), Image.Resampling.LANCZOS)
    clean = Image.frombytes(image.mode, image.size, image.tobytes())  # a new image has no metadata to write
    file = io.BytesIO()
    if media_type == "image/jpeg":
        clean.save(file, "JPEG", quality=85, optimize=True, progressive=True)
    else:
        clean.save(file, "PNG", optimize=True)
    return Plain(file.getvalue(), clean.width, clean.height)


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Keep the colours when the profile goes. A profile that cannot be read is left out of account."""
    exif = image.getexif()
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = "RGBA" if "A" in image.mode else "RGB"
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    if converted is None:
        return image
    converted.info["exif"] = exif.tobytes()  # how the picture is to be turned
    return converted


def _is_plain(content: bytes, opened: ImageFile, media_type: str) -> bool:
    fits = opened.width <= WIDEST and opened.height <= HIGHEST and opened.mode in _PLAIN_MODES
    return fits and (_is_plain_jpeg(content) if media_type == "image/jpeg" else _is_plain_png(content))


def _is_plain_jpeg(content: bytes) -> bool:
    """Tell whether a JPEG holds nothing but a bare JFIF header, tables and scans (ITU-T T.81 annex B)."""
    place = 2
    while place + 2 <= len(content) and content[place] == 0xFF:
        marker = content[place + 1]
        if marker == 0xD9:
            return place + 2 == len(content)
        length = int.from_bytes(content[place + 2 : place + 4])
        bare_jfif = marker == 0xE0 and length == 16 and content[place + 4 : place + 9] == b"JFIF\0"
        if length < 2 or not (bare_jfif or marker in _PLAIN_SEGMENTS):
            return False
        place += 2 + length
        if marker == 0xDA:
            place = _end_of_scan(content, place)
    return False


def _end_of_scan(content: bytes, place: int) -> int:
    while (place := content.find(b"\xff", place)) >= 0 and place + 1 < len(content):
        if content[place + 1] != 0 and not 0xD0 <= content[place + 1] <= 0xD7:
            return place
        place += 2
    return len(content)


def _is_plain_png(content: bytes) -> bool:
    """Tell whether a PNG holds its critical chunks and transparency alone, and nothing after its end (PNG §5.6)."""
    place = 8
    while place + 12 <= len(content):
        length, kind = int.from_bytes(content[place : place + 4]), content[place + 4 : place + 8]
        if kind not in _PLAIN_CHUNKS:
            return False
        place += 12 + length
        if kind == b"IEND":
            return length == 0 and place == len(content)
    return False
