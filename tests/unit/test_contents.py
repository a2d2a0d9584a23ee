import os
from pathlib import Path

import pytest

from mores import contents
from mores.contents import CACHE, content_digest, file_digest, folder_digest, sha256


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path, monkeypatch):
    """Where the cache is empty."""
    monkeypatch.chdir(tmp_path)


def write(path: str, text: str, time: int | None = None) -> Path:
    """Write a file, with a time of one's own if need be."""
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    if time is not None:
        os.utime(file, (time, time))
    return file


def test_a_digest_is_that_of_the_bytes():
    assert sha256(write("a", "one")) == file_digest("a") == content_digest("a")
    assert sha256("a").startswith("7692c3ad3540bb803c020b3aee66cd88")


def test_a_file_is_read_again_when_it_may_have_changed_and_no_sooner(monkeypatch):
    read = []
    monkeypatch.setattr(contents, "sha256", lambda path: read.append(path) or sha256(path))
    before = file_digest(write("a", "one", 100))
    assert file_digest("a") == before
    assert len(read) == 1
    write("a", "two", 100)  # of the same size, and its time put back, as `rsync -t` does
    assert file_digest("a") == sha256("a") != before
    write("a", "three", 100)
    assert file_digest("a") == sha256("a")


def test_a_fresh_clone_has_the_same_digests():
    before = file_digest(write("a", "one", 100))
    write("a", "one", 200)
    assert file_digest("a") == before


def test_files_of_one_name_size_and_time_are_told_apart():
    first, second = write("x/a", "one", 100), write("y/a", "two", 100)
    assert file_digest(first) != file_digest(second)
    assert len(list(CACHE.iterdir())) == 2


def test_a_file_that_takes_anothers_place_is_read():
    one, two = write("a", "one", 100), write("b", "two", 101)
    before = file_digest(one)
    two.replace(one)
    assert file_digest(one) == sha256(one) != before


def test_a_folder_is_the_names_and_contents_of_its_files():
    write("one/a", "a")
    write("one/below/b", "b")
    write("two/a", "a", 100)
    write("two/below/b", "b", 100)
    seen = [folder_digest("one")]
    assert folder_digest("two") == seen[0]
    for path, text in (("one/a", "A"), ("one/below/b", "B"), ("one/below/c", ""), ("one/d", "")):
        write(path, text, 50 + len(seen))
        seen.append(folder_digest("one"))
    Path("one/a").rename("one/aa")
    seen.append(folder_digest("one"))
    Path("one/aa").rename("one/below/aa")
    seen.append(folder_digest("one"))
    assert len(set(seen)) == len(seen) == 7


def test_hidden_files_and_those_left_out_do_not_count_at_any_depth():
    write("one/a", "a")
    before = folder_digest("one", "*.md", "LICENSE*")
    for path in (".hidden", ".cache/b", "below/.hidden", "README.md", "below/c.md", "LICENSE.txt"):
        write(f"one/{path}", "more")
        assert folder_digest("one", "*.md", "LICENSE*") == before
    assert folder_digest("one") != before
    write("one/READMEmd", "")
    assert folder_digest("one", "*.md", "LICENSE*") != before


def test_a_result_is_read_whatever_its_times():
    before = content_digest(write("a", "one", 100))
    write("a", "two", 100)
    assert content_digest("a") != before
    folder = content_digest(write("one/a", "one", 100).parent)
    write("one/a", "two", 100)
    assert content_digest("one") != folder
    assert not CACHE.exists()


def test_a_result_that_is_a_folder_is_all_its_files_but_what_snakemake_adds():
    seen = [content_digest(write("one/a", "a").parent)]
    write("one/.snakemake_timestamp", "now")
    assert content_digest("one") == seen[0]
    for path, text in (("one/.hidden", ""), ("one/below/b", "b"), ("one/README.md", "a card")):
        write(path, text)
        seen.append(content_digest("one"))
    Path("one/a").rename("one/b")
    seen.append(content_digest("one"))
    assert len(set(seen)) == 5


def test_what_a_link_leads_to_counts():
    write("elsewhere/b", "b")
    write("one/a", "a")
    before = folder_digest("one")
    Path("one/below").symlink_to(Path("elsewhere").resolve())
    linked = folder_digest("one")
    write("elsewhere/b", "B")
    assert len({before, linked, folder_digest("one")}) == 3
