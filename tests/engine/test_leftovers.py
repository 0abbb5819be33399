"""Databases that trials leave behind in root's system folder: found, and never one that is in use."""

import os
import time
from pathlib import Path

import pytest

from huiying.config.cli import main
from huiying.config.embedded import folders, leftovers, locks, postmaster
from huiying.config.embedded.account import Account
from huiying.config.embedded.leftovers import LeftOver, left_over, remove

TWO_DAYS = 2 * 24 * 3600


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A system folder of its own, and data folders that no database account reaches."""
    folder = tmp_path / "system"
    monkeypatch.setenv("HUIYING_SYSTEM_FOLDER", str(folder))
    monkeypatch.setattr(folders, "reaches", lambda _account, _data: False)
    return folder


def prepared(data: Path, *, used: float = 0.0) -> Path:
    """The home of a database for `data`, last used so many seconds ago; no server is started."""
    home = folders.prepare(data, Account(os.geteuid(), os.getegid())).home
    control = home / "cluster" / "global" / "pg_control"
    control.parent.mkdir(parents=True, exist_ok=True)
    control.write_bytes(b"x" * 100)
    os.utime(control, (time.time() - used,) * 2)
    return home


def forgotten(data: Path, **how: float) -> Path:
    home = prepared(data, **how)
    (data / "postgres").unlink()
    data.rmdir()
    return home


def test_it_is_left_over_when_its_data_folder_is_gone_and_not_before(system, tmp_path):
    home, kept = prepared(tmp_path / "one"), prepared(tmp_path / "two")
    assert left_over() == []
    (tmp_path / "one" / "postgres").unlink()
    assert left_over() == [], "its data folder is there"
    (tmp_path / "one").rmdir()
    (found,) = left_over()
    assert (found.home, found.data) == (home, tmp_path / "one")
    assert found.size > 100
    assert remove(found)
    assert sorted(system.iterdir()) == [kept]


def test_a_data_folder_that_moved_takes_it_along(system, tmp_path):
    home = prepared(tmp_path / "before")
    (tmp_path / "before").rename(tmp_path / "after")
    assert prepared(tmp_path / "after") == home
    assert left_over() == []


def test_what_is_used_or_says_not_whose_it_is_stays(system, tmp_path, monkeypatch):
    home = forgotten(tmp_path / "gone")
    (found,) = left_over()
    users = locks.opened(home / "users.lock")
    locks.share(users)
    assert not remove(found), "a command uses it"
    os.close(users)
    with monkeypatch.context() as patched:
        patched.setattr(postmaster, "living", lambda _cluster: postmaster.Postmaster(1, "ready"))
        assert left_over() == []
        assert not remove(found)
    (tmp_path / "gone").mkdir()
    assert not remove(found), "it came back"
    (tmp_path / "gone").rmdir()
    for unclear in ("", "relative/place\n"):
        (home / "belongs-to").write_text(unclear)
        assert left_over() == []
    (home / "belongs-to").unlink()
    assert left_over() == []
    assert home.exists()


def test_a_disk_that_does_not_answer_is_not_gone(system, tmp_path, monkeypatch):
    forgotten(tmp_path / "far")
    look = Path.lstat

    def refuse(path: Path) -> os.stat_result:
        if path == tmp_path / "far":
            raise PermissionError
        return look(path)

    monkeypatch.setattr(Path, "lstat", refuse)
    assert left_over() == []


def test_what_a_crash_left_half_removed_goes_with_the_next(system, tmp_path):
    forgotten(tmp_path / "one").rename(system / f"{leftovers.LEAVING}database-1")
    forgotten(tmp_path / "two")
    assert all(remove(each) for each in left_over())
    assert list(system.iterdir()) == []


def test_the_command_lists_and_removes_those_of_trials_and_any_that_is_named(
    system, tmp_path, capsys, monkeypatch
):
    old, new = forgotten(tmp_path / "old", used=TWO_DAYS), forgotten(tmp_path / "new")
    kept = prepared(tmp_path / "kept", used=TWO_DAYS)
    assert main(["leftovers"]) == 0
    assert f"{old.name}: of {tmp_path / 'old'}, used " in capsys.readouterr().err
    assert {old, new, kept} <= set(system.iterdir())
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(LeftOver, "of_trial", False)
        assert main(["leftovers", "--remove"]) == 0
        assert old.exists()
    assert main(["leftovers", "--remove"]) == 0
    assert (old.exists(), new.exists()) == (False, True)
    assert main(["leftovers", "--remove", new.name, kept.name]) == 1
    assert f"{kept.name} is not left over" in capsys.readouterr().err
    assert list(system.iterdir()) == [kept]


def test_only_folders_for_temporary_files_are_those_of_trials(tmp_path):
    def of(data: str) -> bool:
        return LeftOver(tmp_path, Path(data), 0, 0).of_trial

    assert of("/tmp/huiying-bench-x")
    assert of("/var/tmp/x/y")
    assert not of("/srv/huiying")
    assert not of("/tmpfiles/huiying")
