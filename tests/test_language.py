"""The language of a text is told only where it can be."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.language import detect


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The network published its letter on the review this week, and members were asked to sign it."),
        ("es", "La red publicó esta semana su carta sobre el examen y pidió a sus miembros que la firmaran."),
        ("fr", "Le réseau a publié cette semaine sa lettre au sujet de l'examen et demande à ses membres de signer."),
        (
            "de",
            "Das Netzwerk hat diese Woche seinen Brief zur Überprüfung veröffentlicht und bittet um Unterschriften.",
        ),
        ("pt", "A rede publicou esta semana a sua carta sobre a revisão e pediu aos membros que a assinassem."),
        ("nl", "Het netwerk heeft deze week zijn brief over het onderzoek gepubliceerd en vraagt om steun."),
        ("ar", "نشرت الشبكة هذا الأسبوع رسالتها بشأن المراجعة وطلبت من أعضائها التوقيع عليها قبل نهاية الشهر."),
        ("ru", "На этой неделе сеть опубликовала письмо о рассмотрении и попросила участников его подписать."),
        ("ja", "ネットワークは今週、審査に関する書簡を公表し、会員に署名を求めました。"),
        ("ko", "네트워크는 이번 주 심사에 관한 서한을 발표하고 회원들에게 서명을 요청했습니다."),
        ("he", "הרשת פרסמה השבוע את מכתבה בנושא הבחינה וביקשה מחבריה לחתום עליו עד סוף החודש."),
    ],
)
def test_the_language_of_a_few_sentences_is_told(language: str, text: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize(
    "text", ["", "Short", "177 views0 comments", "2021 1,204 8.29.2019 " * 20, "A/HRC/RES/43/1", "—" * 500]
)
def test_too_little_to_go_by_gives_none(text: str) -> None:
    assert detect(text) is None


def test_addresses_in_a_text_do_not_sway_its_language() -> None:
    links = " https://www.example.org/noticias/la-revision-de-los-derechos-humanos name@ejemplo.example" * 5
    assert detect("The letter was sent to the delegations of all member states last Friday." + links) == "en"


@given(st.text(max_size=300))
def test_no_text_makes_it_raise(text: str) -> None:
    assert detect(text) is None or len(detect(text) or "") >= 2


def test_the_detector_is_loaded_only_when_it_is_asked() -> None:
    code = "import sys, scraper.language; sys.exit('gcld3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
