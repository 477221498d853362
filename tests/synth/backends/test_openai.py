"""An OpenAI-compatible server is asked what the protocol allows, and its refusals mean what they mean."""

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from typing import Any

import pytest

from core.errors import PrefereeError
from core.runs.failures import said
from core.runs.steps import PermanentError, TransientError
from synth.backends.protocol import Place, Reply, Sampling, TokenRequest
from synth.backends.refusals import retry_after
from tests.synth.backends.conftest import generated, request, through
from tests.synth.openai_server import Mishap

KEY = "sk" + "-very-secret-0123456789"
SCHEMA = {"type": "object", "properties": {"winner": {"enum": ["A", "B"]}}, "required": ["winner"]}


def measured(target: Any, *requests: TokenRequest) -> list[Any]:
    return through(target, lambda backend: backend.loglikelihood(requests))


def one(target: Any, **more: Any) -> Any:
    return generated(target, request(**more))[0]


class TestGenerate:
    def test_what_was_asked_arrives_and_what_came_is_counted(self, server, target_at):
        target = target_at(price_in=Decimal(3), price_out=Decimal(6))
        sampling = Sampling(0.7, 0.9, 32, seed=5, stop=("\n",))
        (reply,) = generated(target, replace(request(), sampling=sampling))
        assert server.asked == [
            {
                "model": "tiny",
                "messages": [{"role": "user", "content": "Which?"}],
                "max_tokens": 32,
                "temperature": 0.7,
                "top_p": 0.9,
                "seed": 5,
                "stop": ["\n"],
            }
        ]
        assert (reply.text, reply.finish_reason, reply.tokens_in, reply.tokens_out) == ("[[A]]", "stop", 1, 2)
        assert reply.cost == Decimal(1 * 3 + 2 * 6) / 1_000_000
        assert reply.seconds > 0

    def test_answers_come_in_order_and_no_more_are_in_flight_than_may_be(self, server, target_at):
        server.answer = lambda body: body["messages"][0]["content"].upper()
        server.latency = 0.01
        replies = generated(target_at(concurrency=5), *(request(f"n{at}") for at in range(40)))
        assert [each.text for each in replies] == [f"N{at}" for at in range(40)]
        assert server.most_in_flight == 5

    def test_a_truncated_reply_says_so(self, server, target_at):
        server.answer = lambda body: {"message": {"content": "It"}, "finish_reason": "length"}
        assert one(target_at()).finish_reason == "length"

    @pytest.mark.parametrize("message", [{"content": None}, {}, {"content": None, "refusal": "no"}])
    def test_a_reply_without_text_is_an_empty_one(self, server, target_at, message):
        server.answer = lambda body: {"message": message, "finish_reason": "stop"}
        assert one(target_at()).text == ""

    def test_probabilities_are_asked_where_the_server_tells_them(self, server, target_at):
        reply = one(target_at(logprobs=True), logprobs=3)
        assert (server.asked[0]["logprobs"], server.asked[0]["top_logprobs"]) == (True, 3)
        assert reply.places == (Place("[[A]]", -0.1, {"[[A]]": -0.1, "other0": -3.0, "other1": -4.0}),)
        assert not reply.renormalised
        assert one(target_at(logprobs=False), logprobs=3).places == ()
        assert "logprobs" not in server.asked[1]

    @pytest.mark.parametrize(
        ("structure", "more", "held"),
        [
            ("none", {"schema": SCHEMA}, {}),
            ("none", {"choice": ("A", "B")}, {}),
            (
                "schema",
                {"schema": SCHEMA},
                {
                    "response_format": {
                        "type": "json_schema",
                        "json_schema": {"name": "reply", "schema": SCHEMA, "strict": True},
                    }
                },
            ),
            ("schema", {"choice": ("A", "B")}, {}),
            ("vllm", {"schema": SCHEMA}, {"structured_outputs": {"json": SCHEMA, "disable_any_whitespace": True}}),
            ("vllm", {"choice": ("A", "B")}, {"structured_outputs": {"choice": ["A", "B"]}}),
        ],
    )
    def test_the_model_is_held_to_a_form_where_the_server_can(self, server, target_at, structure, more, held):
        reply = one(target_at(structure=structure, logprobs=True), logprobs=2, **more)
        asked = {
            key: value for key, value in server.asked[0].items() if key in ("response_format", "structured_outputs")
        }
        assert asked == held
        assert reply.renormalised == bool(held)

    def test_a_server_that_ignores_the_schema_is_not_corrected(self, server, target_at):
        server.mishaps.append(Mishap(body=b'{"choices": [{"message": {"content": "neither"}}], "more": 1}'))
        assert one(target_at(structure="schema"), schema=SCHEMA) == Reply("neither", seconds=pytest.approx(0, abs=60))

    @pytest.mark.parametrize("text", ["a\0b", "\ud83d", "\U0001f600 héllo"])
    def test_what_the_database_cannot_hold_is_replaced(self, server, target_at, text):
        server.answer = lambda body: text
        assert one(target_at()).text == text.replace("\0", "�").encode(errors="replace").decode()


class TestFailures:
    @pytest.mark.parametrize(
        "mishap",
        [
            Mishap(status=429),
            Mishap(status=500),
            Mishap(status=503),
            Mishap(status=408),
            Mishap(truncated=True),
            Mishap(body=b""),
            Mishap(body=b'{"choices": []}'),
            Mishap(body=b'{"choices": [{"message": 5}]}'),
            Mishap(body=b"<html>"),
            Mishap(breaks=True),
        ],
        ids=str,
    )
    def test_what_may_pass_is_tried_again(self, server, target_at, mishap):
        server.mishaps.append(mishap)
        assert one(target_at()).text == "[[A]]"
        assert server.requests == 2

    def test_tries_end_and_the_engine_is_told(self, server, target_at):
        server.mishaps.extend([Mishap(status=500)] * 20)
        failure = one(target_at())
        assert isinstance(failure, TransientError)
        assert "tiny-server answered with status 500" in str(failure)
        assert server.requests == 4

    def test_a_timeout_is_tried_once_more(self, server, target_at):
        server.mishaps.extend([Mishap(hangs=True)] * 5)
        failure = one(target_at(connect_seconds=0.1, reply_seconds=0.2))
        assert isinstance(failure, TransientError)
        assert "did not answer in time" in str(failure)
        assert server.requests == 2

    def test_nobody_at_the_address_is_worth_another_try(self, server, target_at):
        failure = one(target_at(address="http://127.0.0.1:9/v1"))
        assert isinstance(failure, TransientError)
        assert "does not answer at http://127.0.0.1:9/v1" in str(failure)

    def test_a_long_wait_is_the_engines_and_holds_the_others_back(self, server, target_at):
        server.mishaps.append(Mishap(status=429, headers={"Retry-After": "120"}))
        first, second = generated(target_at(concurrency=1), request("1"), request("2"))
        assert first.retry_after == 120
        assert isinstance(second, TransientError)
        assert 100 < second.retry_after <= 120
        assert server.requests == 1

    @pytest.mark.parametrize("status", [401, 403])
    def test_a_refused_key_stops_everything_and_names_the_variable(self, server, target_at, monkeypatch, status):
        monkeypatch.setenv("PREFEREE_KEY_TINY", KEY)
        server.mishaps.extend([Mishap(status=status, message=f"wrong key {KEY}")] * 50)
        failures = generated(target_at(key_variable="PREFEREE_KEY_TINY", concurrency=1), *[request()] * 20)
        assert all(isinstance(each, PermanentError) for each in failures)
        assert "refuses the key in PREFEREE_KEY_TINY" in str(failures[0])
        assert KEY not in str(failures[0])
        assert server.requests == 1

    @pytest.mark.parametrize(
        ("mishap", "sentence"),
        [
            (Mishap(status=404, code="model_not_found"), "knows no model “tiny”"),
            (Mishap(status=301, headers={"Location": "http://127.0.0.1:9/"}), "sends us elsewhere"),
            (Mishap(status=307, headers={"Location": "http://169.254.169.254/"}), "sends us elsewhere"),
            (Mishap(status=429, code="insufficient_quota"), "has no credit left"),
        ],
    )
    def test_what_only_a_person_can_mend_stops_the_stage(self, server, target_at, mishap, sentence):
        server.mishaps.append(mishap)
        failure = one(target_at())
        assert isinstance(failure, PermanentError)
        assert sentence in str(failure)
        assert server.requests == 1

    @pytest.mark.parametrize(
        ("mishap", "sentence"),
        [
            (Mishap(status=400, code="context_length_exceeded"), "too long for tiny-server"),
            (Mishap(status=400, message="This model's maximum context length is 512 tokens."), "too long"),
            (Mishap(status=413), "too long"),
            (Mishap(status=400, code="content_filter"), "content filter"),
            (Mishap(status=422), "status 422"),
        ],
    )
    def test_what_one_request_cannot_is_its_own_failure(self, server, target_at, mishap, sentence):
        server.mishaps.append(mishap)
        first, second = generated(target_at(concurrency=1), request(), request())
        assert type(first) is PrefereeError
        assert sentence in str(first)
        assert second.text == "[[A]]"

    def test_a_filtered_reply_is_no_reply(self, server, target_at):
        server.answer = lambda body: {"message": {"content": "He"}, "finish_reason": "content_filter"}
        assert "content filter" in str(one(target_at()))

    def test_no_failure_quotes_what_the_server_said(self, server, target_at):
        server.mishaps.append(Mishap(status=400, message="You sent: my private text", code="Not A Word!"))
        assert "private" not in str(one(target_at()))
        assert "Not A" not in str(one(target_at()))

    @pytest.mark.parametrize(
        ("header", "seconds"),
        [("7", 7), ("1.5", 1.5), ("99999999", 3_600), ("-1", None), ("soon", None), ("", None), ("nan", None)],
    )
    def test_retry_after_in_seconds(self, header, seconds):
        assert retry_after({"retry-after": header}) == seconds

    def test_retry_after_as_a_date(self):
        later = datetime.now(UTC) + timedelta(seconds=60)
        assert retry_after({"retry-after": format_datetime(later, usegmt=True)}) == pytest.approx(60, abs=5)
        assert retry_after({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0


class TestKeys:
    def test_the_key_is_sent_and_nothing_of_the_environment_beside_it(self, server, target_at, monkeypatch):
        monkeypatch.setenv("PREFEREE_KEY_TINY", f" {KEY}\n")
        for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_ADMIN_KEY"):
            monkeypatch.setenv(name, "other-secret")
        monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        one(target_at(key_variable="PREFEREE_KEY_TINY"))
        one(target_at())
        assert [each.get("Authorization") for each in server.headers] == [f"Bearer {KEY}", None]
        assert "other-secret" not in str(server.headers)

    def test_a_missing_key_is_named(self, target_at):
        with pytest.raises(PermanentError, match="PREFEREE_KEY_NONE is not set"):
            one(target_at(key_variable="PREFEREE_KEY_NONE"))

    def test_no_other_variable_is_read(self, target_at, monkeypatch):
        monkeypatch.setenv("DATABASE_URL", "postgres://secret")
        with pytest.raises(PermanentError, match="begin with PREFEREE_KEY_") as raised:
            one(target_at(key_variable="DATABASE_URL"))
        assert "postgres" not in str(raised.value)

    @pytest.mark.parametrize("value", ["schlüssel-schlüssel", "two words here", "line\nbreak-in-it"])
    def test_what_cannot_be_sent_is_refused_without_being_said(self, target_at, monkeypatch, value):
        monkeypatch.setenv("PREFEREE_KEY_ODD", value)
        with pytest.raises(PermanentError, match="PREFEREE_KEY_ODD") as raised:
            one(target_at(key_variable="PREFEREE_KEY_ODD"))
        assert value not in str(raised.value)

    def test_no_log_holds_the_key(self, server, target_at, monkeypatch, capfd, settings):
        """Every logger at its most talkative, through the handler that the settings make."""
        from logging.config import dictConfig

        monkeypatch.setenv("PREFEREE_KEY_TINY", KEY)
        talkative = {**settings.LOGGING, "root": {"handlers": ["console"], "level": "DEBUG"}}
        dictConfig(talkative)
        levels = {name: logging.getLogger(name).level for name in ("openai", "httpx2", "aiohttp", "asyncio")}
        try:
            for name in levels:
                logging.getLogger(name).setLevel(logging.DEBUG)
            server.mishaps.extend([Mishap(status=500, message=KEY), Mishap(status=401, message=KEY)])
            one(target_at(key_variable="PREFEREE_KEY_TINY"))
            logging.getLogger("x").warning("sent with %s", {"Authorization": f"Bearer {KEY}"})
            try:
                raise ValueError(f"header {KEY}")
            except ValueError:
                logging.getLogger("x").exception("it broke")
        finally:
            dictConfig(settings.LOGGING)
            for name, level in levels.items():
                logging.getLogger(name).setLevel(level)
        told = "".join(capfd.readouterr())
        assert "sent with" in told
        assert "it broke" in told
        assert "ValueError" in told
        assert KEY not in told

    def test_no_failure_that_is_kept_holds_the_key(self, monkeypatch):
        monkeypatch.setenv("PREFEREE_KEY_TINY", KEY)
        assert said(ValueError(f"Bearer {KEY}")) == "ValueError: Bearer …"


class TestLoglikelihood:
    def test_the_responses_tokens_are_told(self, server, target_at):
        target = target_at(price_in=Decimal(1), price_out=Decimal(1))
        told, other = measured(target, TokenRequest((8, 16), (24, 32)), TokenRequest((8,), (16,)))
        assert (told.logprobs, other.logprobs) == ((-3.0, -4.0), (-2.0,))
        assert server.asked[0] == {
            "model": "tiny",
            "prompt": [8, 16, 24, 32],
            "max_tokens": 1,
            "temperature": 0.0,
            "prompt_logprobs": 0,
        }
        assert (told.tokens_in, told.cost) == (4, Decimal(5) / 1_000_000)

    def test_minus_infinity_is_no_number(self, server, target_at):
        server.prompt_logprob = lambda at, token: -9999.0 if at == 2 else -1.0
        (failure,) = measured(target_at(), TokenRequest((8, 16), (24, 32)))
        assert type(failure) is PrefereeError
        assert "−∞" in str(failure)

    def test_what_is_impossible_in_the_prompt_matters_to_nobody(self, server, target_at):
        server.prompt_logprob = lambda at, token: -9999.0 if at == 1 else -1.0
        assert measured(target_at(), TokenRequest((8, 16), (24, 32)))[0].logprobs == (-1.0, -1.0)

    def test_a_server_that_tells_none_is_of_no_use(self, server, target_at):
        server.tells_prompt_logprobs = False
        first, second = measured(target_at(concurrency=1), *[TokenRequest((8, 16), (24, 32))] * 2)
        assert isinstance(first, PermanentError)
        assert "Use a vLLM server" in str(first)
        assert second is first
        assert server.requests == 1

    def test_what_cannot_fit_or_has_no_beginning_is_not_even_asked(self, server, target_at):
        long, bare, fits = measured(
            target_at(context=5), TokenRequest((1, 2), (3, 4, 5)), TokenRequest((), (1,)), TokenRequest((1, 2), (3, 4))
        )
        assert "5 tokens; tiny-server takes 4" in str(long)
        assert "Give a prompt" in str(bare)
        assert len(fits.logprobs) == 2
        assert server.requests == 1

    def test_other_tokens_than_were_sent_are_no_answer(self, server, target_at):
        body = b'{"choices": [{"prompt_logprobs": [null, {"7": {"logprob": -1.0}}, {"9": {"logprob": -1.0}}]}]}'
        server.mishaps.append(Mishap(body=body))
        (failure,) = measured(target_at(), TokenRequest((8, 16), (24,)))
        assert "other tokens" in str(failure)
