from urllib.parse import parse_qs, urlsplit

from compare.ui.components.downloads import permalink


def test_an_address_holds_the_whole_state():
    link = permalink(
        "http://127.0.0.1:8501/?old=1",
        [
            ("q", "a & b\nc=d #e"),
            ("p", 0.5),
            ("speakers", ["X; Y", "Ü"]),
            ("why", True),
            ("other_speaker", False),
            ("date", ""),
            ("sid", None),
        ],
    )
    parts = urlsplit(link)
    assert (parts.netloc, parts.path, parts.fragment) == ("127.0.0.1:8501", "/", "")
    assert parse_qs(parts.query) == {
        "q": ["a & b\nc=d #e"],
        "p": ["0.5"],
        "speakers": ["X; Y", "Ü"],
        "why": ["true"],
        "other_speaker": ["false"],
    }


def test_an_empty_state_is_the_bare_address():
    assert permalink("http://127.0.0.1:8501/?old=1", [("q", "")]) == "http://127.0.0.1:8501/"
