"""Built files are read with their types, tags and compressed forms."""

from busbar.web.bundle import File, bundle, read


def test_files_are_known_by_their_path_with_type_and_life(tmp_path):
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<p>")
    (tmp_path / "assets/app-1a2b.js").write_text("1")
    (tmp_path / "assets/app-1a2b.js.br").write_bytes(b"packed")
    found = read(tmp_path)
    assert sorted(found) == ["assets/app-1a2b.js", "index.html"]
    script = found["assets/app-1a2b.js"]
    assert (script.media_type, script.lasting, script.packed) == ("text/javascript", True, {"br": b"packed"})
    assert (found["index.html"].media_type, found["index.html"].lasting) == ("text/html", False)
    assert script.tag.startswith('"')


def test_the_best_form_that_somebody_takes_is_chosen():
    file = File(b"plain", {"br": b"b", "gzip": b"g"}, "text/css", '"1"', lasting=True)
    assert file.form("gzip, deflate, br") == ("br", b"b")
    assert file.form("gzip;q=0.8, br;q=0") == ("gzip", b"g")
    assert file.form("br; q=0") == (None, b"plain")
    assert file.form("") == (None, b"plain")


def test_what_was_not_built_has_no_files():
    assert bundle("nothing") == {}
