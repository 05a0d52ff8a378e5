"""The build hook: loud about unknown icons, the same bytes every time, quick when nothing changed."""

from __future__ import annotations

import importlib.util
import io
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

pytest.importorskip("fontpkg_inter", reason="the build packages are only needed to build: see [build-system]")
ROOT = Path(__file__).parents[2]


@pytest.fixture
def hook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_assets", ROOT / "build_assets.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "GEN", tmp_path / "gen")
    monkeypatch.setattr(module, "NOTICES", tmp_path / "THIRD-PARTY.txt")
    return module


def archive(*names: str) -> zipfile.ZipFile:
    made = zipfile.ZipFile(io.BytesIO(), "w")
    for name in names:
        made.writestr(f"{name}.svg", '<svg viewBox="0 0 24 24">\n  <path d="M1 1"/>\n</svg>')
    return made


class TestSprite:
    def test_holds_one_symbol_for_each_name(self, hook: ModuleType) -> None:
        assert hook.icon_sprite(["mail", "x"], archive("mail", "x", "house")) == (
            '<svg xmlns="http://www.w3.org/2000/svg"><symbol id="mail" viewBox="0 0 24 24"><path d="M1 1"/></symbol>'
            '<symbol id="x" viewBox="0 0 24 24"><path d="M1 1"/></symbol></svg>\n'
        )

    def test_names_every_icon_that_the_package_does_not_have(self, hook: ModuleType) -> None:
        with pytest.raises(hook.UnknownIcon, match="filter, circle-help"):
            hook.icon_sprite(["mail", "filter", "circle-help"], archive("mail"))


class TestBuild:
    @pytest.mark.slow
    def test_gives_the_same_bytes_again_and_then_nothing_to_do(self, hook: ModuleType) -> None:
        assert hook.build() is True
        names = ("icons.svg", "inter.woff2", "app.css")
        first = {name: (hook.GEN / name).read_bytes() for name in names}
        assert hook.build() is False

        (hook.GEN / "inputs.sha256").unlink()

        assert hook.build() is True
        assert {name: (hook.GEN / name).read_bytes() for name in names} == first

    @pytest.mark.slow
    def test_keeps_the_budgets_and_the_licences(self, hook: ModuleType) -> None:
        hook.build()

        notices = hook.NOTICES.read_text()
        assert "ISC License" in notices
        assert "SIL OPEN FONT LICENSE" in notices.upper()
        assert (hook.GEN / "inter.woff2").stat().st_size <= 45_000

    def test_is_declared_for_wheels_and_editable_installs(self) -> None:
        import tomllib

        project = tomllib.loads((ROOT / "pyproject.toml").read_text())
        wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]

        assert wheel["hooks"]["custom"]["path"] == "build_assets.py"
        assert "src/broadbill/console/static/console/gen/*" in wheel["artifacts"]
        assert "lucide==1.1.4" in project["build-system"]["requires"]
