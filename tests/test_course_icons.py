"""Icons of the theme: what pages show stays, the rest is not loaded."""

import io
import shutil
from pathlib import Path

from course.build.assets import folder_of
from course.build.icons import keep_used_icons, without_icons

import pytest
from fontTools.ttLib import TTFont

THEME = ("pydata_sphinx_theme", "theme/pydata_sphinx_theme/static")
STYLE = '.fa-sun{--fa:"\\f185"}.fa-bars,.fa-navicon{--fa:"\\f0c9"}.fa-fw{width:1em}.fa-sunset{--fa:"\\f767"}'


@pytest.fixture
def site(tmp_path) -> Path:
    shutil.copytree(folder_of(*THEME), tmp_path / "_static")
    (tmp_path / "page.html").write_text('<i class="fa-solid fa-navicon fa-lg"></i>', encoding="utf-8")
    return tmp_path


def places(font: Path) -> set[int]:
    return set(TTFont(io.BytesIO(font.read_bytes())).getBestCmap() or {})


def test_a_rule_stays_if_one_of_its_names_is_used():
    kept = '.fa-bars,.fa-navicon{--fa:"\\f0c9"}.fa-fw{width:1em}'
    assert without_icons(STYLE, {"fa-navicon", "fa-solid"}) == kept


def test_fonts_hold_what_the_page_the_scripts_and_the_theme_show(site):
    keep_used_icons(site)
    fonts = site / "_static" / "vendor" / "fontawesome" / "webfonts"
    solid = places(fonts / "fa-solid-900.woff2")
    # Of the page; of the theme's script, which closes announcements; and of the theme's own variables.
    assert {0xF0C9, 0xF00D, 0xF0EB} <= solid
    assert len(solid) < 40 and 0xF767 not in solid  # sunset
    assert sum(font.stat().st_size for font in fonts.iterdir()) < 10_000


def test_the_style_sheet_loses_nothing_but_icons(site):
    style = site / "_static" / "styles" / "pydata-sphinx-theme.css"
    before = style.read_text(encoding="utf-8")
    keep_used_icons(site)
    after = style.read_text(encoding="utf-8")
    assert ".fa-bars,.fa-navicon{" in after and ".fa-sunset" not in after
    assert 50_000 < len(before) - len(after) < 80_000
    assert before.count("@media") == after.count("@media") and before.count("var(") == after.count("var(")
