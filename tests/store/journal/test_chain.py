"""The chain of records: whatever is done to it without the key shows."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random

import pytest

from hostaway_mcp.store.journal.chain import BEGINNING, Chain, Link

RECORDS = 16
KEY, ANOTHER = b"k" * 32, b"a" * 32
Anchors = dict[int, str]
Tampered = tuple[list[Link], Anchors]
LETTERS = "0123456789abcdef \"':,{}éz"


def chain_of(key: bytes, facts: list[dict[str, object]]) -> list[Link]:
    """A chain of these records, proven with a key."""
    chain, before = Chain(key), BEGINNING
    links: list[Link] = []
    for seq, one in enumerate(facts, start=1):
        links.append(chain.link(seq, before, one))
        before = links[-1].hash
    return links


FACTS: list[dict[str, object]] = [
    {"account": "1", "event": "proposed", "change": f"chg_{n}", "tool": "update_calendar", "caller": "é"}
    for n in range(1, RECORDS + 1)
]
LINKS = chain_of(KEY, FACTS)
NOTED = {link.seq: link.hash for link in LINKS}


def rechained(links: list[Link], key: bytes, *, keep_mac: bool) -> list[Link]:
    """All hashes made anew by somebody who has no key of ours, or another one."""
    before, made = BEGINNING, []
    for link in links:
        record = {
            name: value for name, value in json.loads(link.record).items() if name not in ("seq", "key")
        }
        new = Chain(key).link(link.seq, before, record)
        made.append(new._replace(mac=link.mac) if keep_mac else new)
        before = new.hash
    return made


def _flip(dice: Random) -> Tampered:
    links = list(LINKS)
    at, column = dice.randrange(RECORDS), dice.choice(("record", "hash", "mac", "seq"))
    if column == "seq":
        links[at] = links[at]._replace(seq=links[at].seq ^ (1 << dice.randrange(20)))
    else:
        text = getattr(links[at], column)
        place = dice.randrange(len(text))
        letter = dice.choice([letter for letter in LETTERS if letter != text[place]])
        links[at] = links[at]._replace(**{column: text[:place] + letter + text[place + 1 :]})
    return links, NOTED


def _drop(dice: Random) -> Tampered:
    links = list(LINKS)
    del links[dice.randrange(RECORDS)]
    return links, NOTED


def _swap(dice: Random) -> Tampered:
    links = list(LINKS)
    one, other = dice.sample(range(RECORDS), 2)
    links[one], links[other] = links[other], links[one]
    if dice.random() < 0.5:
        # With their numbers exchanged too, so that they stand in order.
        links[one] = links[one]._replace(seq=one + 1)
        links[other] = links[other]._replace(seq=other + 1)
    return links, NOTED


def _insert(dice: Random) -> Tampered:
    links = list(LINKS)
    at = dice.randrange(RECORDS + 1)
    before = links[at - 1].hash if at else BEGINNING
    links.insert(at, Chain(ANOTHER).link(at + 1, before, FACTS[0]))
    if dice.random() < 0.5:
        links[at + 1 :] = [link._replace(seq=link.seq + 1) for link in links[at + 1 :]]
    return links, NOTED


def _truncate(dice: Random) -> Tampered:
    return LINKS[: dice.randrange(RECORDS)], NOTED


def _rechain(dice: Random) -> Tampered:
    facts = [dict(one) for one in FACTS]
    facts[dice.randrange(RECORDS)]["caller"] = f"somebody {dice.random()}"
    changed = [link._replace(record=json.dumps(one)) for link, one in zip(LINKS, facts, strict=True)]
    return rechained(changed, ANOTHER, keep_mac=dice.random() < 0.5), NOTED


def _forge_proof(dice: Random) -> Tampered:
    """Hashes that fit, and the name of our key over proofs that are another's: the anchor is forged too."""
    links = rechained(LINKS, KEY, keep_mac=False)
    at = dice.randrange(RECORDS)
    links[at] = links[at]._replace(mac=Chain(ANOTHER).link(1, BEGINNING, {"n": at}).mac)
    return links, {link.seq: link.hash for link in links}


def _exchange_anchor(dice: Random) -> Tampered:
    others = chain_of(ANOTHER, [one | {"salt": dice.random()} for one in FACTS])
    if dice.random() < 0.1:
        return LINKS, {}
    return LINKS, {link.seq: link.hash for link in others[: dice.randrange(1, RECORDS)]}


TAMPERINGS: tuple[Callable[[Random], Tampered], ...] = (
    _flip, _drop, _swap, _insert, _truncate, _rechain, _forge_proof, _exchange_anchor,
)  # fmt: skip


def test_what_nobody_touched_holds() -> None:
    """Records, head, no break; what was not noted outside yet is none."""
    found = Chain(KEY).verify(LINKS, NOTED, alone=True)
    assert (found.records, found.head, found.foreign, found.breaks) == (RECORDS, LINKS[-1].hash, 0, ())
    assert Chain(KEY).verify(LINKS, {1: LINKS[0].hash}).breaks == ()
    assert Chain(KEY).verify([], {}).breaks == ()


@pytest.mark.parametrize("tamper", TAMPERINGS, ids=lambda tamper: tamper.__name__.strip("_"))
def test_every_tampering_shows(tamper: Callable[[Random], Tampered]) -> None:
    """10,000 in all, drawn anew from the same seed."""
    dice, chain = Random(20_260_723), Chain(KEY)
    for _ in range(10_000 // len(TAMPERINGS)):
        links, anchors = tamper(dice)
        assert chain.verify(links, anchors, alone=True).breaks, links


def test_records_of_other_machines_are_counted_and_not_blamed() -> None:
    """Their own keys prove them, and their own files have noted them."""
    mixed, before = [], BEGINNING
    for seq, one in enumerate(FACTS, start=1):
        mixed.append(Chain(KEY if seq % 2 else ANOTHER).link(seq, before, one))
        before = mixed[-1].hash
    mine = {link.seq: link.hash for link in mixed[::2]}
    found = Chain(KEY).verify(mixed, mine)
    assert (found.foreign, found.breaks) == (RECORDS // 2, ())


SAID: tuple[tuple[str, list[Link], Anchors, tuple[tuple[int, str], ...]], ...] = (
    ("gone", LINKS[:2] + LINKS[3:], NOTED, (
        (3, "record 3 is missing"),
        (4, "record 4 was changed, or what came before it"),
        (3, "record 3 was noted outside and is gone"),
    )),
    ("changed", [*LINKS[:-1], LINKS[-1]._replace(record="{}")], NOTED, (
        (16, "record 16 was changed, or what came before it"),
    )),
    ("cut", LINKS[:-1], NOTED, ((16, "record 16 was noted outside and is gone"),)),
    ("forged", [*LINKS[:-1], LINKS[-1]._replace(mac="0")], NOTED, (
        (16, "record 16 was not written by this key"),
    )),
    ("not noted", LINKS, {}, ((16, "what audit.anchor noted outside is gone"),)),
    ("noted otherwise", LINKS, NOTED | {5: "0"}, ((5, "record 5 is not the one that was noted outside"),)),
    ("moved", [*LINKS[:-1], LINKS[-1]._replace(seq=17)], {1: NOTED[1]}, (
        (16, "record 16 is missing"),
        (17, "record 17 stands in another's place"),
    )),
)  # fmt: skip


@pytest.mark.parametrize(
    ("links", "anchors", "breaks"), [one[1:] for one in SAID], ids=[one[0] for one in SAID]
)
def test_each_break_is_told_where_it_is(
    links: list[Link], anchors: Anchors, breaks: tuple[tuple[int, str], ...]
) -> None:
    found = Chain(KEY).verify(links, anchors)
    assert tuple((one.seq, one.says) for one in found.breaks) == breaks
    assert (found.records, found.head) == (links[-1].seq, links[-1].hash)


def test_a_file_of_one_machine_has_no_records_of_another() -> None:
    links = chain_of(ANOTHER, FACTS[:1])
    found = Chain(KEY).verify(links, {}, alone=True)
    assert [one.says for one in found.breaks] == ["record 1 was written with another key"]
    assert (found.foreign, Chain(KEY).verify(links, {}).breaks) == (1, ())
