"""Pictures are stripped, made small, kept under their hash, and refused when they are none."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageCms
from sqlmodel import Session

from outreach.content import assets, files
from outreach.foundation.errors import NotFound, Refused, Unavailable
from outreach.foundation.settings import settings
from tests.content.conftest import jpeg


def opened(name: str, content: bytes) -> Image.Image:
    stored = assets.store(name, content)
    kept = assets.read(assets.served_name(name, stored.sha256))
    image = Image.open(io.BytesIO(kept.content))
    assert (image.width, image.height) == (stored.width, stored.height)
    assert kept.media_type == stored.media_type
    return image


def png(mode: str = "RGB", size: tuple[int, int] = (40, 30), **options: object) -> bytes:
    file = io.BytesIO()
    Image.new(mode, size).save(file, "PNG", **options)
    return file.getvalue()


@pytest.fixture(autouse=True)
def _settled(session: Session) -> None:
    """Stand on the home folder of the test run."""


def test_a_plain_picture_keeps_its_bytes() -> None:
    for name, content in (
        ("a.jpg", jpeg()),
        ("a.png", png()),
        ("b.png", png("RGBA")),
        ("c.jpg", jpeg(progressive=True)),
    ):
        stored = assets.store(name, content)

        assert assets.read(assets.served_name(name, stored.sha256)).content == content


def test_camera_data_comments_and_thumbnails_go() -> None:
    exif = Image.Exif()
    exif[0x0110] = "Camera"
    exif[0x8825] = {1: "N", 2: (59.0, 19.0, 0.0)}
    content = jpeg(exif=exif, comment=b"secret", quality=90)
    assert b"Camera" in content

    image = opened("a.jpg", content)

    assert not image.getexif()
    assert not {"exif", "comment", "icc_profile", "xmp"} & image.info.keys()


def test_a_picture_taken_upright_stays_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees

    assert opened("a.jpg", jpeg(80, 40, exif=exif)).size == (40, 80)


def test_a_wide_gamut_picture_keeps_its_colours() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

    for icc in (srgb, profile, b"no profile"):
        image = opened("a.jpg", jpeg(icc_profile=icc))
        red, green, blue = image.getpixel((5, 5))  # type: ignore[misc] # an RGB picture has three values
        assert abs(red - 70) < 6
        assert abs(green - 130) < 6
        assert abs(blue - 180) < 6


def test_a_large_picture_is_made_smaller() -> None:
    assert opened("a.jpg", jpeg(4000, 3000)).size == (1280, 960)
    assert opened("b.jpg", jpeg(1000, 4000)).size == (640, 2560)


def test_text_in_a_png_goes_and_transparency_stays() -> None:
    chunk = b"tEXt" + b"Author\0Eva"
    content = png("RGBA")
    with_text = content[:33] + struct.pack(">I", 10) + chunk + struct.pack(">I", zlib.crc32(chunk)) + content[33:]

    image = opened("a.png", with_text)

    assert image.mode == "RGBA"
    assert "Author" not in image.info


def test_what_follows_a_picture_goes() -> None:
    for name, content in (("a.jpg", jpeg()), ("a.png", png())):
        stored = assets.store(name, content + b"<script>alert(1)</script>")

        assert b"script" not in assets.read(assets.served_name(name, stored.sha256)).content


def test_print_colours_become_screen_colours() -> None:
    file = io.BytesIO()
    Image.new("CMYK", (20, 20), (0, 0, 0, 0)).save(file, "JPEG")

    assert opened("a.jpg", file.getvalue()).mode == "RGB"


@pytest.mark.parametrize(
    "name", ["../a.jpg", "a.gif", "a", "å.jpg", "a.b.jpg", "", ".jpg", "a.jpg\n", "x" * 101 + ".jpg"]
)
def test_a_name_that_is_not_plain_is_refused(name: str) -> None:
    with pytest.raises(Refused, match="cannot name a picture"):
        assets.store(name, jpeg())


def test_a_picture_of_another_kind_than_its_name_is_refused() -> None:
    with pytest.raises(Refused, match=r"end the name with \.png"):
        assets.store("a.jpg", png())
    with pytest.raises(Refused, match=r"end the name with \.jpg"):
        assets.store("a.png", jpeg())


def test_a_bomb_is_refused_before_it_is_decoded() -> None:
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    bomb = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    data = b"IDAT" + zlib.compress(b"\0" * 1000)
    bomb += struct.pack(">I", len(data) - 4) + data + struct.pack(">I", zlib.crc32(data))

    with pytest.raises(Refused, match="more than 60 megapixels"):
        assets.store("a.png", bomb)


def test_a_picture_cut_short_is_refused_or_kept_whole() -> None:
    for content, name in ((jpeg(300, 200), "a.jpg"), (png(size=(300, 200)), "a.png")):
        refused = 0
        for length in range(4, len(content)):
            try:
                assert opened(name, content[:length]).size == (300, 200)
            except Refused:
                refused += 1

        assert refused > len(content) * 0.9


@pytest.mark.parametrize("name", ["../secret_key", "a" * 32 + ".gif", "a" * 31 + ".jpg", "a" * 32 + ".jpg", ""])
def test_only_pictures_are_served(name: str) -> None:
    with pytest.raises(NotFound):
        assets.read(name)


def test_a_home_that_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("OUTREACH_HOME", str(tmp_path / "file"))
    settings.cache_clear()

    with pytest.raises(Unavailable, match="cannot be written"):
        assets.store("a.jpg", jpeg())

    monkeypatch.undo()
    settings.cache_clear()


def test_nothing_partial_is_left_in_the_media_folder(session: Session, issue: Path) -> None:
    files.import_folder(session, issue)

    assert not [one for one in settings().media.iterdir() if one.name.startswith(".")]
