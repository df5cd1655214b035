"""What is kept of a question names nobody and unlocks nothing."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.redact import redact

HIDDEN = [
    ("mail ann.o'neil+x@mail.example.org now", "mail [mail] now"),
    ("ann@localhost", "[mail]"),
    ("ask <@U02ABCDEF> or <@W99|bob>", "ask [mention] or [mention]"),
    ("<!subteam^S01|@ops> <!here> <#C024BE7LR|general>", "[mention] [mention] [mention]"),
    ("<at>Ann Smith</at> help", "[mention] help"),
    ('<at id="0">Ann</at> help', "[mention] help"),
    ("<mailto:ann@example.org|ann@example.org>", "[contact]"),
    ("<tel:+4930123456|+49 30 123456>", "[contact]"),
    ("@ann.smith can you", "[mention] can you"),
    ("hello @ann, @bob", "hello [mention], [mention]"),
    ("clone https://ann:hunter2@git.example.org/x.git", "clone https://[secret]@git.example.org/x.git"),
    ("postgresql://u:p@ss@db/x", "postgresql://[secret]@db/x"),
    ("token xoxb-12345-abcdEFGH", "token [secret]"),
    ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "[secret]"),
    ("github_pat_11ABCDEFG0abcdefghij_klm", "[secret]"),
    ("glpat-abcdefghij1234567890", "[secret]"),
    ("key AKIAIOSFODNN7EXAMPLE", "key [secret]"),
    ("sk-proj-abcdefgh12345678", "[secret]"),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "[secret]"),
    ("Authorization: Bearer abcdef123456", "Authorization: [secret] [secret]"),
    ("use bearer abcdef123456", "use bearer [secret]"),
    ("DB_PASSWORD=hunter2 make run", "DB_PASSWORD=[secret] make run"),
    ("password: hunter2", "password: [secret]"),
    ('{"api_key": "hunter2"}', '{"api_key": [secret]'),
    ("my password is hunter2", "my password is [secret]"),
    ("https://x.example/?a=1&token=hunter2", "https://x.example/?a=1&token=[secret]"),
    ("https://hooks.slack.com/services/T0/B0/XYZ", "[secret]"),
    ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc", "[secret]"),
    ("-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY----- ok", "[secret] ok"),
    ("sha 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b", "sha [secret]"),
    ("id 123e4567-e89b-12d3-a456-426614174000", "id [id]"),
    ("ssh 10.0.12.7:22", "ssh [address]:22"),
    ("ping 2001:db8::8a2e:370:7334", "ping [address]"),
    ("ping fe80::1", "ping [address]"),
    ("mac 00:1B:44:11:3A:B7", "mac [address]"),
    ("call +49 (0)30 1234-567", "call [number]"),
    ("call 030/1234567 today", "call [number] today"),
    ("call (555) 123-4567.", "call [number]."),
    ("card 4111 1111 1111 1111", "card [number]"),
    ("IBAN DE89 3704 0044 0532 0130 00", "IBAN [number]"),
    ("account 123456789012", "account [number]"),
    ("\u0661\u0662\u0663\u0664\u0665\u0666\u0667", "[number]"),
]

KEPT = [
    "DevOps vs MLOps?",
    "what is CI/CD, k8s 1.31.2 and Python 3.11?",
    "is it 24/7 or 9-5, about 4-6 hours a week for 12 weeks",
    "DORA 2024 said 5 %, on 2024-11-23 it was 7",
    "between 2019-2024, and 12.5.2026",
    "10 000 users, $5,000 a month",
    "RTO: 4 h, RPO: 15 min, p99 < 200 ms",
    "what's a token? and a secret manager, a password vault",
    "a -> b, x = y, Kubernetes::Pod, std::vector",
    "at 12:30:15 it broke",
    "continuous-integration-and-continuous-delivery-for-everyone",
    "\U0001f680 \u00bfqu\u00e9 es MLOps? \u4ec0\u4e48\u662f",
]


@pytest.mark.parametrize(("text", "expected"), HIDDEN)
def test_what_names_or_unlocks_somebody_is_hidden(text: str, expected: str) -> None:
    assert expected == redact(text)


@pytest.mark.parametrize("text", KEPT)
def test_an_ordinary_question_stays_as_it_is(text: str) -> None:
    assert text == redact(text)


@pytest.mark.parametrize("text", [text for text, _ in HIDDEN])
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    assert redact(text) == redact(redact(text))


@given(st.text(st.sampled_from("aB1 @:=.-/<>[]|+()") | st.characters(), max_size=120))
def test_redacting_any_text_twice_changes_nothing_more(text: str) -> None:
    assert redact(text) == redact(redact(text))


@given(st.text(max_size=200))
def test_any_text_can_be_redacted(text: str) -> None:
    assert "ann@example.org" not in redact(f"{text} ann@example.org {text}")


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "1",
        "-",
        "@",
        "a@",
        "a.",
        "<",
        "<@",
        "<at>",
        "://",
        "-----BEGIN ",
        "1.",
        "1:",
        ":",
        "a1",
        "+",
        "( 1",
        " ",
        "=",
        "password",
        "password=",
        "x-",
        "eyJ.",
        "A1 ",
        "DE12 ABCD ",
        "\u0301",
        "\0",
        "1-",
        "bearer ",
        "[",
        "a:",
        "0a:",
        "a/",
    ],
)
def test_no_text_takes_long(piece: str) -> None:
    text = (piece * 5000)[:5000]
    started = time.process_time()
    redact(text)
    redact(text + "!")
    assert 0.1 > time.process_time() - started
