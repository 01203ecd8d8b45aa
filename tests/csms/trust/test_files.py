import stat
import threading
import time
from pathlib import Path

import pytest

from busbar.csms.trust import files


def test_a_file_is_whole_and_for_its_owner(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    files.make_folder(folder)
    path = folder / "key"
    files.write_whole(path, b"old")
    files.write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert list(folder.iterdir()) == [path]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "key"
    files.write_whole(path, b"old")
    with pytest.raises(TypeError):
        files.write_whole(path, "no bytes")  # type: ignore[arg-type]
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_one_at_a_time(tmp_path: Path) -> None:
    order: list[str] = []

    def other() -> None:
        with files.locked(tmp_path / ".lock"):
            order.append("other")

    with files.locked(tmp_path / ".lock"):
        thread = threading.Thread(target=other)
        thread.start()
        time.sleep(0.05)
        order.append("first")
    thread.join()
    assert order == ["first", "other"]
