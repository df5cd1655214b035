"""What a person asks, found in free text: `Matcher(catalog).match(said, context)`.

Stages: clean, mend spelling, spot names, exact phrasing, few-shot model over masked text, rules for topics, decision.
Built once, immutable. Must never raise on any text and never touch a clock or chance, nor a file but its shelf.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from bot.catalog.schema import AnswerId, Catalog
from bot.matching import decide
from bot.matching.clean import Cleaner, Text
from bot.matching.decide import Named, Weighed
from bot.matching.examples import examples
from bot.matching.learned import Learned, label, learn
from bot.matching.match import Candidate, Context, Match, NoIdea, Sure, Unsure
from bot.matching.parts import Parter
from bot.matching.points import Pointer
from bot.matching.reader import Reader, Reading
from bot.matching.shelf import Shelf
from bot.matching.shelf import key as shelf_key
from bot.matching.table import table
from bot.matching.titles import Titles

NEAREST = 3
FAINT = 0.002  # a candidate less probable than this is not worth showing
LONGEST = 120  # words read of one part
WHOLE = 40  # a text up to this long may be one question though it has several sentences
ASIDE = 0.4  # weight of a sentence that doesn't ask, beside one that does
MUTED = 0.4  # weight of what speaks for a refusal in a sentence that doesn't ask, beside one that does
DILUTED = 0.65  # weight of a message read as one question when only one of its sentences asks
FRAGMENT = 2  # a statement this short says nothing by itself
MOST_ANSWERS = 3
COMMON = 6.0  # Zipf frequency from which a word tells nothing by itself ("the", "how")
EVERYDAY = 2.5  # Zipf frequency from which a term's name is a word of daily life too ("canary", "container")
TELLING = 4.6  # Zipf frequency up to which one word of a term's name points at the term ("drift", "psi")
KNOWN = 3.0  # Zipf frequency from which a run of letters is a word
PLAIN = 0.75  # probability from which half of the telling words suffice
NAMING = 0.5  # probability from which a sentence asks what something is called
SUBJECT = 0.65  # how much a term counts as its topic where a side of it is asked for
ARTICLES = ("the", "a", "an", "this", "that")


@dataclass(frozen=True, slots=True)
class Explanation:
    """Every stage of one match, for "why this answer" and for curators."""

    cleaned: str
    mended: tuple[tuple[str, str], ...] = ()
    topics: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    shapes: tuple[tuple[str, float], ...] = ()  # label and probability, best first
    nearest: tuple[tuple[str, float], ...] = ()  # curated phrasing and similarity, best first
    guards: tuple[str, ...] = ()
    decision: str = ""
    probability: float = 0.0  # of the best answer; cross-validation finds such answers right about that often
    runner_up: str = ""
    parts: tuple[Explanation, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class _Judged:
    """One sentence with what it may ask."""

    reading: Reading
    scores: dict[str, float]
    named: Named
    weighed: Weighed
    exact: bool


@dataclass(frozen=True, slots=True)
class _Told:
    """What the rest of a message tells about one of its sentences."""

    around: tuple[str, ...] = ()
    hinted: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()
    leans: bool = False
    naming: bool = False
    length: int = 0


class Matcher:
    """Finds what is asked, in the light of one catalog."""

    def __init__(self, catalog: Catalog, shelf: Shelf | None = None) -> None:
        """Build from a catalog. With a shelf, weights fitted before from the same phrasings are taken from there."""
        words = catalog.language.words
        self._cleaner = Cleaner(words.short, words.openers, words.closers)
        self._table = table()
        self._texts = examples(catalog)
        self._reader = Reader(catalog, self._cleaner, self._texts, self._table)
        self._parter = Parter(words)
        self._titles = Titles(catalog)
        learned = self._learned(catalog, shelf)
        self._features, self._model = learned.features, learned.model
        self._exact, self._spoken = learned.exact, learned.spoken
        self._heard = frozenset().union(*self._spoken.values())
        self._pointer = Pointer(words)
        self._subjects = {id_: term.topic for id_, term in catalog.glossary.terms.items() if term.topic}
        self._pieces = self._reader.pieces(lambda word: self._table.zipf.get(word, 0.0) <= TELLING)

    def _learned(self, catalog: Catalog, shelf: Shelf | None) -> Learned:
        if shelf is None:
            return learn(self._texts, self._reader, self._table)
        content = (catalog.language.words.model_dump_json(), *self._reader.names)
        key = shelf_key([*content, *(f"{each.label}\t{each.own}\t{each.text}" for each in self._texts)])
        learned = shelf.find(key, self._table)
        if learned is None:
            learned = learn(self._texts, self._reader, self._table)
            shelf.put(key, learned)
        return learned

    def match(self, said: str, context: Context | None = None) -> tuple[Match, ...]:
        """Return one match a question found in the text, at least one, at most three."""
        text = self._cleaner.read(said)
        if not text.sentences:
            return (self._wordless(text),)
        return tuple(self._decide(judged) for judged in self._questions(text, context))

    def after(self, matches: tuple[Match, ...], context: Context | None = None) -> Context:
        """Return what the thread remembers: the last sure answer about the field, else what it was about before."""
        before = context or Context()
        for match in reversed(matches):
            if isinstance(match, Sure):
                kind, topics = match.answer
                if kind.startswith("smalltalk"):
                    continue
                return Context(kind, topics)
            if isinstance(match, Unsure):
                best = match.candidates[0].answer
                if best.topics:
                    return Context(best.kind, best.topics)
        return before

    def explain(self, said: str, context: Context | None = None) -> Explanation:
        """Return every stage of the match of a text."""
        text = self._cleaner.read(said)
        if not text.sentences:
            return Explanation(text.plain, decision=str(self._wordless(text)))
        parts = tuple(self._explain(text, judged) for judged in self._questions(text, context))
        return parts[0] if len(parts) == 1 else Explanation(text.plain, decision="several questions", parts=parts)

    def _questions(self, text: Text, context: Context | None) -> list[_Judged]:
        """Find the question in the text, or the questions."""
        words = [word for sentence in text.sentences for word in sentence]
        whole = self._reader.read(words[:LONGEST])
        leans = bool(context and context.kind) and self._pointer.leans(self._cleaner.words(text.plain), words)
        told = _Told(behind=self._pointer.behind(whole), leans=leans)
        judged = self._judge(whole, told, context)
        parts = [part for part in self._parter.parts(text) if part.asks or len(part.words) > FRAGMENT]
        if len(parts) < 2 or judged.exact:
            return [judged]
        said = (whole.ids("topic"), whole.ids("topic", "hint"), whole.ids("term"))
        around = _Told(*said, told.behind, leans, length=len(words))
        each = [self._judge(self._reader.read(part.words[:LONGEST]), around, context) for part in parts]
        if any(self._naming(one) for one in each):
            judged = self._judge(whole, replace(told, naming=True), context)
            each = [self._judge(one.reading, replace(around, naming=True), context) for one in each]
        return self._found(judged, each, [part.asks for part in parts])

    def _found(self, judged: _Judged, each: list[_Judged], asking: list[bool]) -> list[_Judged]:
        """Choose among a message as a whole and its parts: several that are sure, else what has most to say."""
        talk = [_talks(one) for one in each]
        if not all(talk):  # "right?" and "can you help me" beside a question ask nothing
            asking = [asks and not talks for asks, talks in zip(asking, talk, strict=True)]
        asked = any(asking)
        aside = [(asked and not asks) or (talks and not all(talk)) for asks, talks in zip(asking, talk, strict=True)]
        weights = [ASIDE if aloof else self._weight(one) for aloof, one in zip(aside, each, strict=True)]
        if asked and 1.0 in weights:
            each = [one if asks else _muted(one) for asks, one in zip(asking, each, strict=True)]
        strong = [one for one, weight in zip(each, weights, strict=True) if weight == 1.0 and self._counts(one)]
        if len({one.weighed.answers[0][0] for one in strong}) > 1:
            return _distinct(strong)[:MOST_ANSWERS]
        best = max(range(len(each)), key=lambda at: weights[at] * _force(each[at]))
        share = DILUTED if asking.count(True) == 1 and len(each) > FRAGMENT and weights[best] == 1.0 else 1.0
        short = len(judged.reading.words) <= WHOLE
        if short and share * _force(judged) >= weights[best] * _force(each[best]):
            return [judged]
        return [each[best]]

    def _weight(self, one: _Judged) -> float:
        """Weigh a sentence that asks: "what do you call that" says nothing without what "that" is, nor "right?"."""
        named = one.named
        if self._naming(one) and not named.field and named.length <= decide.SHORT_TURN:
            return ASIDE
        if named.talked or named.spoken or named.around or named.terms or one.weighed.refused > one.weighed.best:
            return 1.0
        return ASIDE if named.points and named.length <= decide.SHORT_TURN else 1.0

    def _naming(self, one: _Judged) -> bool:
        """Tell whether a sentence asks what something is called."""
        return one.scores.get(decide.NAMING, 0.0) >= NAMING

    def _counts(self, judged: _Judged) -> bool:
        """Tell whether a part is a question of its own, to be answered beside others."""
        sure = decide.verdict(judged.weighed, judged.named) == "sure"
        return sure and not judged.weighed.answers[0][0].kind.startswith("smalltalk")

    def _judge(self, reading: Reading, told: _Told, context: Context | None) -> _Judged:
        known, scores = self._scores(reading)
        exact = known is not None
        named = self._named(reading, told, context)
        weighed = decide.weigh(scores, named, context)
        pieces = () if exact or named.field else self._pieced(reading)
        if pieces:
            weighed = decide.offered(weighed, [AnswerId(f"glossary:{term}") for term in pieces])
        subject = self._subjects.get(named.terms[0]) if named.terms and not named.topics else None
        if subject and known in (None, "glossary"):
            lifted = reading.lifted(self._subjects)
            other = decide.weigh(self._scores(lifted)[1], self._named(lifted, told, context), context)
            own = {AnswerId(kind, (subject,)): AnswerId(f"glossary:{named.terms[0]}") for kind in ("define", "compare")}
            weighed = decide.blended(weighed, other, SUBJECT, own)
        return _Judged(reading, scores, named, weighed, exact)

    def _scores(self, reading: Reading) -> tuple[str | None, dict[str, float]]:
        """Return the label of the curated phrasing this is, if it is one, and the probability of each label."""
        told = self._exact.get(reading.key("topic")) or self._exact.get(reading.key("topic", "term"))
        scores = self._model.scores(self._features.bag(reading.view))
        if told is not None:
            scores = {name: 0.02 * score for name, score in scores.items()}
            scores[told] = scores.get(told, 0.0) + 0.98
        return told, scores

    def _named(self, reading: Reading, told: _Told, context: Context | None) -> Named:
        return Named(
            topics=reading.ids("topic"),
            hints=reading.ids("hint"),
            terms=reading.ids("term"),
            around=told.around,
            spoken=reading.ids("topic", "hint"),
            hinted=told.hinted,
            aside=told.aside,
            behind=told.behind,
            length=len(reading.words),
            whole=max(told.length, len(reading.words)),
            talked=bool(context and context.kind),
            leans=told.leans,
            naming=told.naming,
            points=self._pointer.points(reading.words),
            joined=self._pointer.joined(reading),
        )

    def _pieced(self, reading: Reading) -> tuple[str, ...]:
        """List the terms whose name holds the one word that is asked for: "what is drift"."""
        for at, word in enumerate(reading.words):
            if word in self._pieces:
                rest = (*reading.words[:at], "<term>", *reading.words[at + 1 :])
                if self._exact.get(tuple(word for word in rest if word not in ARTICLES)) == "glossary":
                    return self._pieces[word]
        return ()

    def _decide(self, judged: _Judged) -> Match:
        weighed = judged.weighed
        shown = self._candidates(judged)
        if self._noise(judged):
            return NoIdea("unknown")
        told = decide.verdict(weighed, judged.named)
        if told == "sure" and not self._carried(judged):
            told = "unsure"
        if told == "sure" and shown and shown[0].answer == weighed.answers[0][0]:
            return Sure(shown[0].answer, shown[0].title, shown[0].score, others=shown[1:4])
        if told == "unsure" and len(shown) > 1:
            return Unsure(shown[:3])
        reason = weighed.refusals[0][0] if weighed.refusals and weighed.refused >= weighed.best else "unknown"
        return NoIdea(reason, min(1.0, weighed.refused), candidates=shown[:3])

    def _noise(self, judged: _Judged) -> bool:
        """Tell whether no word of it was ever heard: random letters, or a single word that names nothing."""
        words = judged.reading.words
        if judged.exact or judged.named.field or judged.named.hints:
            return False
        if any(word in self._heard for word in words):
            return False
        common = [word for word in words if self._table.zipf.get(word, 0.0) >= KNOWN]
        return len(words) == 1 or 2 * len(common) < len(words)

    def _carried(self, judged: _Judged) -> bool:
        """Tell whether more than one shared word speaks for the best answer: a name, a phrasing, two telling words."""
        answer, _ = judged.weighed.answers[0]
        if judged.exact:
            return True
        words = {word for word in judged.reading.words if self._table.zipf.get(word, 0.0) < COMMON}
        spoken = self._spoken.get(answer.kind, frozenset())
        if answer.kind.startswith("smalltalk"):
            return judged.named.talked or len(judged.reading.words) > FRAGMENT or words <= spoken
        if answer.kind.startswith("glossary:") and not judged.named.topics:
            return not self._estranged(judged, spoken)
        if judged.named.field or judged.named.talked:
            return True
        if not answer.kind.startswith(("glossary:", "onboarding:")):
            return len(judged.reading.words) > FRAGMENT
        if len(judged.reading.words) <= FRAGMENT:
            return len(words & spoken) > 1
        heard = len(words & spoken)
        return heard > 1 or words <= spoken or (judged.weighed.best >= PLAIN and 2 * heard >= len(words))

    def _estranged(self, judged: _Judged, spoken: frozenset[str]) -> bool:
        """Tell whether a term's everyday name stands among words nobody uses with it: "canary bird"."""
        reading = judged.reading
        names = [spot for spot in reading.spots if spot.sort == "term"]
        if not names:
            words = {word for word in reading.words if self._table.zipf.get(word, 0.0) < COMMON}
            return not judged.named.talked and len(words & spoken) <= 1
        inside = {word for spot in names for word in reading.words[spot.start : spot.end]}
        if len(inside) > 1 or self._table.zipf.get(next(iter(inside)), 0.0) < EVERYDAY:
            return False
        others = {word for word in reading.words if word not in inside and self._table.zipf.get(word, 0.0) < COMMON}
        strange = others - spoken - self._spoken.get("glossary", frozenset())
        return 2 * len(strange) > len(others)

    def _candidates(self, judged: _Judged) -> tuple[Candidate, ...]:
        out: list[Candidate] = []
        for answer, score in judged.weighed.answers[:8]:
            title = self._titles.of(answer)
            if score > FAINT and title and title not in {candidate.title for candidate in out}:
                out.append(Candidate(answer, title, min(1.0, score)))
        return tuple(out)

    def _wordless(self, text: Text) -> Match:
        answer = AnswerId("smalltalk:noted" if text.emoji else "smalltalk:help")
        return Sure(answer, self._titles.of(answer), 1.0)

    def _explain(self, text: Text, judged: _Judged) -> Explanation:
        reading = judged.reading
        shapes = sorted(judged.scores.items(), key=lambda item: -item[1])[:5]
        decision = self._decide(judged)
        return Explanation(
            cleaned=text.plain,
            mended=reading.mended,
            topics=reading.ids("topic"),
            hints=reading.ids("hint"),
            terms=reading.ids("term"),
            shapes=tuple(shapes),
            nearest=self._nearest(reading, [label for label, _ in shapes]),
            guards=("exact phrasing",) if judged.exact else (),
            decision=f"{type(decision).__name__} {getattr(decision, 'answer', getattr(decision, 'reason', ''))}",
            probability=min(1.0, judged.weighed.best),
            runner_up=str(judged.weighed.answers[1][0]) if len(judged.weighed.answers) > 1 else "",
        )

    def _nearest(self, reading: Reading, labels: list[str]) -> tuple[tuple[str, float], ...]:
        """Return the phrasings of some labels that are nearest to what was asked, with their similarity."""
        bag = self._features.bag(reading.view)
        near: list[tuple[float, str]] = []
        kinds = {name.partition(":")[0].removesuffix(decide.BARE) for name in labels}
        for example in self._texts:
            if example.label.partition(":")[0] in kinds:
                read = self._reader.read_example(example.text)
                if label(example, read) in labels:
                    near.append((bag.likeness(self._features.bag(read.view)), example.text))
        return tuple((text, score) for score, text in sorted(near, reverse=True)[:NEAREST])


def _force(judged: _Judged) -> float:
    """Return how much a part has to say: its best answer, or a refusal (which counts less beside a topic elsewhere)."""
    named = judged.named
    aside = (named.around or named.hinted) and not named.field
    return max(judged.weighed.best, judged.weighed.refused * (ASIDE if aside else 1.0))


def _talks(judged: _Judged) -> bool:
    """Tell whether a sentence is small talk."""
    answers = judged.weighed.answers
    return bool(answers) and answers[0][0].kind.startswith("smalltalk")


def _muted(judged: _Judged) -> _Judged:
    """Take most of its refusal from a sentence that tells the background of a question: it asks for nothing."""
    refusals = tuple((reason, score * MUTED) for reason, score in judged.weighed.refusals)
    return replace(judged, weighed=replace(judged.weighed, refusals=refusals))


def _distinct(judged: list[_Judged]) -> list[_Judged]:
    """Drop parts that ask what an earlier part asked."""
    seen: dict[AnswerId, _Judged] = {}
    for one in judged:
        seen.setdefault(one.weighed.answers[0][0], one)
    return list(seen.values())
