"""The words with which people say how many come, by what each stands for."""

from flows.understanding.vocabulary import Vocabulary, compiled

NUMBER, ANYBODY, ADULTS, CHILDREN, OTHERS = "number", "anybody", "adults", "children", "others"
ONE, SPOUSE, SELF, ALONE, PAIR, WHOLE = "one", "spouse", "self", "alone", "pair", "whole"
"""Kinds of words that count people: whom each stands for."""


class PartyWords:
    """The words of some languages by what they do here."""

    def __init__(self, spoken: Vocabulary) -> None:
        anybody = dict.fromkeys(spoken.words("party.passes", "party.units"), ANYBODY)
        kinds = ((CHILDREN, "party.children"), (ADULTS, "party.adults"))
        others = dict.fromkeys(spoken.words("party.others"), OTHERS)
        self.units = others | {word: kind for kind, table in kinds for word in spoken.words(table)} | anybody
        self.counted_by_themselves = {
            **dict.fromkeys(spoken.words("party.one_of_them"), (ONE, 1)),
            **dict.fromkeys(spoken.words("party.spouses"), (SPOUSE, 1)),
            **dict.fromkeys(spoken.words("party.parents"), (ONE, 2)),
            **dict.fromkeys(spoken.words("party.self"), (SELF, 1)),
            **dict.fromkeys(spoken.words("party.alone"), (ALONE, 1)),
            **dict.fromkeys(spoken.words("party.two"), (PAIR, 2)),
            **{word: (WHOLE, count) for word, count in spoken.numbers("party.all_of").items()},
        }
        self.passes, self.groups, self.mine = (
            spoken.words("party.passes"),
            spoken.words("party.groups"),
            spoken.words("party.mine"),
        )
        self.one_if_mine, self.one_of_mine = spoken.words("party.one_if_mine"), spoken.words("party.one_of_mine")
        self.and_, self.plus, self.with_ = (
            spoken.words("days.and"),
            spoken.words("party.plus"),
            spoken.words("party.with"),
        )
        self.weak, self.total, self.we = (
            spoken.words("party.subjects"),
            spoken.words("party.total"),
            spoken.words("party.we"),
        )
        self.needed, self.before_of_us = spoken.words("party.needed"), spoken.words("party.before_of_us")
        self.number_of, self.of, self.a = (
            spoken.words("party.number_of"),
            spoken.words("party.of"),
            spoken.words("party.a"),
        )
        self.beside = spoken.words("numbers.beside", "party.beside", "party.we") - self.and_
        months = frozenset(spoken.values("days.months"))
        self.months, self.to = months, spoken.words("days.to")
        self.no_people = spoken.words("days.hours", "days.lengths", "days.day_of_month", "days.endings") | months
        """What makes a number before it none of people."""
        self.numbered = spoken.words("party.numbered") | months
        with_me = spoken.words("party.with_me")
        tables = (self.units, self.counted_by_themselves, self.total, self.with_, self.beside, self.one_of_mine)
        self.phrases = tuple(word for table in (*tables, self.number_of, with_me) for word in table if " " in word)
        self.persons = frozenset(self.counted_by_themselves) | self.mine | self.groups | self.one_if_mine | with_me
        self.verbs, self.subjects = spoken.words("numbers.verbs"), spoken.words("numbers.subjects")


words_of_parties = compiled(PartyWords)
