"""What lies beside the database: the key of the audit, and the hashes noted outside."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hostaway_mcp.errors import StorageError
from hostaway_mcp.store.journal.chain import ANCHOR_FILE, BEGINNING, KEY_FILE, Anchor, Chain, Link, read_key

HASHES = [f"{number:064x}" for number in range(9)]
NO_KEY = (
    "The audit's key in audit.key cannot be used, so nothing may be written. "
    "Restore the file from a backup; a new one cannot prove the records that are there."
)


def link(seq: int) -> Link:
    return Link(seq, "{}", HASHES[seq], "mac")


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


# -- the key --


def test_a_key_is_made_once_for_this_user_alone(tmp_path: Path) -> None:
    folder = tmp_path / "some" / "where"
    key = read_key(folder)
    assert len(key) == 32
    assert read_key(folder) == key
    assert (folder / KEY_FILE).read_text() == key.hex()
    assert (mode(folder), mode(folder / KEY_FILE)) == (0o700, 0o600)
    assert read_key(tmp_path / "elsewhere") != key


@pytest.mark.parametrize("written", ["", "no hexadecimal", "ab" * 15])
def test_a_damaged_key_is_refused_and_left_as_it_is(tmp_path: Path, written: str) -> None:
    (tmp_path / KEY_FILE).write_text(written)
    with pytest.raises(StorageError) as refused:
        read_key(tmp_path)
    assert refused.value.sentence == NO_KEY
    assert (tmp_path / KEY_FILE).read_text() == written


def test_a_key_of_sixteen_bytes_will_do(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_text("ab" * 16 + "\n")
    assert read_key(tmp_path) == b"\xab" * 16


def test_a_key_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).mkdir()
    with pytest.raises(StorageError) as refused:
        read_key(tmp_path)
    assert refused.value.sentence == NO_KEY


# -- what is noted outside --


def test_each_account_finds_what_it_noted(tmp_path: Path) -> None:
    mine, others = Anchor(tmp_path, "1"), Anchor(tmp_path, "11")
    assert mine.noted() == {}
    mine.note([link(1), link(2)])
    others.note([link(1)])
    mine.note([link(3)])
    assert mine.noted() == {1: HASHES[1], 2: HASHES[2], 3: HASHES[3]}
    assert others.noted() == {1: HASHES[1]}
    assert mode(tmp_path / ANCHOR_FILE) == 0o600
    assert (tmp_path / ANCHOR_FILE).read_text().splitlines()[2] == f"11 1 {HASHES[1]}"


def test_lines_that_are_none_are_left_out(tmp_path: Path) -> None:
    """Half a line after a power cut, a line of somebody's own, bytes that are no text."""
    good = f"1 7 {HASHES[7]}\n".encode()
    wrong = [b"1 8 abc\n", b"1 x " + HASHES[1].encode() + b"\n", b"\n", b"\xff\xfe\n", b"1\n"]
    (tmp_path / ANCHOR_FILE).write_bytes(good.join([b"", *wrong]) + good)
    assert Anchor(tmp_path, "1").noted() == {7: HASHES[7]}


def test_an_account_that_is_forgotten_takes_its_lines_along(tmp_path: Path) -> None:
    mine, others = Anchor(tmp_path, "1"), Anchor(tmp_path, "11")
    mine.forget()
    mine.note([link(1)])
    others.note([link(2)])
    mine.note([link(3)])
    mine.forget()
    assert (mine.noted(), others.noted()) == ({}, {2: HASHES[2]})
    others.forget()
    assert not (tmp_path / ANCHOR_FILE).exists()


def test_a_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    """A folder stands in its place."""
    (tmp_path / ANCHOR_FILE).mkdir()
    anchor, said = Anchor(tmp_path, "1"), []
    for use in (lambda: anchor.note([link(1)]), anchor.noted, anchor.forget):
        with pytest.raises(StorageError) as refused:
            use()
        said.append(refused.value.sentence)
    assert said == [
        "The audit cannot be written, so nothing may be changed. "
        "Free space, or let this user write audit.anchor in the data directory.",
        "audit.anchor in the data directory cannot be read. Let this user read it.",
        "audit.anchor cannot be changed. Remove it.",
    ]


def test_half_a_line_is_no_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fills up takes a part of what is written to it."""
    monkeypatch.setattr(os, "write", lambda _, lines: len(lines) - 1)
    with pytest.raises(StorageError, match="cannot be written"):
        Anchor(tmp_path, "1").note([link(1)])


# -- what the chain says of itself --


def test_a_digest_is_short_and_keyed() -> None:
    """The same words have the same with the same key, and another with another."""
    chain = Chain(b"k" * 32)
    assert chain.digest("Anna \ud83c") == Chain(b"k" * 32).digest("Anna \ud83c")
    assert len(chain.digest("Anna")) == 16
    assert len({chain.digest("Anna"), chain.digest("Anne"), Chain(b"a" * 32).digest("Anna")}) == 3
    assert len(chain.key_id) == 8


def test_the_form_of_a_chain_stays() -> None:
    """Chains that were written by earlier versions go on holding."""
    one = Chain(b"k" * 32).link(1, BEGINNING, {"event": "é", "account": "1"})
    assert one.record == '{"account":"1","event":"é","key":"c6a2c3b6","seq":1}'
    assert one.hash == "5549a0a018dc01ead8c1cdc4d15255cb23f60b1406c0845c74b0c31eeb6c6d48"
    assert one.mac == "70dec686cad37d51f9a2c896e53757ed6bc88aad54a6c29352d8a28bc7c0560d"
    assert Chain(b"k" * 32).digest("Anna") == "66cfa951afbe82d2"
