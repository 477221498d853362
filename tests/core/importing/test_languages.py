import pytest

from core.importing.languages import language_of


@pytest.mark.parametrize(
    ("metadata", "language"),
    [
        ({}, ""),
        ({"language": "en"}, "en"),
        ({"lang": "pt_BR"}, "pt-BR"),
        ({"language": None, "lang": "de"}, "de"),
        ({"language": "zh-Hant-TW"}, "zh-Hant-TW"),
        ({"language": "English"}, ""),
        ({"language": "python"}, ""),
        ({"language": "SQL"}, ""),
        ({"language": ["en"]}, ""),
        ({"language": "en-aaaaaaaa-bbbbbbbb"}, ""),
        ({"language": "en\n"}, ""),
    ],
)
def test_what_looks_like_a_tag_is_the_language(metadata, language):
    assert language_of(metadata) == language
