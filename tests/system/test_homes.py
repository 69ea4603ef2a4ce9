"""The home of a deployment: where it would suffer, another one is taken, and said."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
from pathlib import Path

import pytest
from up_process import a_home, as_process, environment

from services.embedded.home import find_home
from services.embedded.troubles import EmbeddedTrouble


def test_a_home_without_a_space_is_used_as_it_is_and_kept_private():
    with a_home() as folder:
        folder.chmod(0o755)
        home = find_home(folder / "mine")
        assert (home.path, home.wanted, home.moved_because) == (folder / "mine", folder / "mine", None)
        assert stat.S_IMODE(home.path.stat().st_mode) == 0o700
        assert find_home(folder / "mine") == home


def test_a_home_with_a_space_is_taken_elsewhere_always_the_same_and_up_says_so(tmp_path: Path):
    wanted = tmp_path / "with a space"
    home = find_home(wanted)
    try:
        assert home.path != wanted
        assert " " not in str(home.path)
        assert home.moved_because == "the embedded database cannot live under a path with a space"
        assert find_home(wanted) == home != find_home(tmp_path / "another space")
        with (home.path / "up.lock").open("ab") as held:  # so that `up` goes no further than this
            fcntl.flock(held, fcntl.LOCK_EX)
            said = as_process("up", env=environment(wanted))
        assert said.code == 2
        assert f"data is kept in {home.path}: {home.moved_because}" in said.words
        assert f"another `fitpath up` runs on {home.path}" in said.words
    finally:
        shutil.rmtree(home.path)
        shutil.rmtree(find_home(tmp_path / "another space").path)


def test_a_folder_elsewhere_that_others_may_write_to_is_refused_with_words(tmp_path: Path):
    wanted = tmp_path / "a space"
    home = find_home(wanted)
    try:
        home.path.chmod(0o777)
        with pytest.raises(EmbeddedTrouble, match="is not safe to use"):
            find_home(wanted)
        home.path.chmod(0o700)
        assert find_home(wanted) == home
    finally:
        shutil.rmtree(home.path)


@pytest.mark.skipif(os.getuid() != 0, reason="only root has the embedded database open folders to everybody")
def test_as_root_a_private_folder_above_is_not_opened_to_everybody():
    with a_home() as folder:
        home = find_home(folder / "mine")  # the folder has mode 0700
        try:
            assert home.moved_because == f"as root the embedded database would open {folder} to everybody"
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        finally:
            shutil.rmtree(home.path)
