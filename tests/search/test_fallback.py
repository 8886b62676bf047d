"""Which engine answers a visitor, how long that may take, and whom the breaker spares what."""

import time
from unittest import mock

from django.test import SimpleTestCase, TestCase

from search import breaker, fallback
from search.breaker import CLOSED, HALF_OPEN, OPEN, Breaker
from search.engines import deadline
from search.engines.errors import (
    IndexBusy,
    IndexUnusable,
    QueryRefused,
    SearchFailure,
    SearchTimeout,
)
from tests.search.two_engines import TwoEnginesMixin


class DeadlineTests(SimpleTestCase):
    def test_all_requests_of_a_block_share_its_seconds(self):
        self.assertEqual(deadline.left(5), 5)
        with deadline.within(0.5):
            self.assertLessEqual(deadline.left(5), 0.5)
            self.assertEqual(deadline.left(0.1), 0.1)
            with deadline.within(60):
                self.assertLessEqual(deadline.left(5), 0.5, "no inner block gives more")
        self.assertEqual(deadline.left(5), 5)


class BreakerTests(SimpleTestCase):
    def setUp(self):
        self.now = 0.0
        self.outcome = None
        self.tries = []
        self.breaker = Breaker(self.probe, lambda: self.now)
        # In place of the thread; what it does is called where the test says.
        self.breaker.start_probe = lambda: self.tries.append(self.now)

    def probe(self):
        if self.outcome:
            raise self.outcome

    def open(self):
        with self.assertLogs("search.breaker", "WARNING"):
            self.breaker.failed(IndexBusy("full"))

    def test_one_slow_answer_says_nothing_two_in_a_row_spare_the_engine(self):
        self.breaker.failed(SearchTimeout("slow"))
        self.assertTrue(self.breaker.allows())
        self.breaker.succeeded()
        self.breaker.failed(SearchTimeout("slow"))
        self.assertTrue(self.breaker.allows())
        with self.assertLogs("search.breaker", "WARNING"):
            self.breaker.failed(SearchTimeout("slow"))
        self.assertFalse(self.breaker.allows())

    def test_any_other_failure_spares_it_at_once(self):
        self.open()
        self.assertEqual((self.breaker.state, self.breaker.error), (OPEN, "IndexBusy"))
        self.assertFalse(self.breaker.allows())
        self.assertEqual(self.tries, [], "not yet")

    def test_after_a_pause_one_alone_tries_and_no_visitor_waits(self):
        self.open()
        self.now = 1.0
        self.assertFalse(self.breaker.allows())
        self.assertFalse(self.breaker.allows())
        self.assertEqual((self.breaker.state, self.tries), (HALF_OPEN, [1.0]))
        with self.assertLogs("search.breaker", "WARNING"):
            self.breaker.probe()
        self.assertEqual((self.breaker.state, self.breaker.open_seconds()), (CLOSED, None))
        self.assertTrue(self.breaker.allows())

    def test_pauses_grow_while_it_stays_away_and_are_short_again_after_it_answered(self):
        self.outcome = SearchTimeout("stalled")
        self.open()
        pauses = []
        for _time in range(7):
            opened = self.now
            while self.breaker.state == OPEN and not self.breaker.allows():
                self.now += 0.25
                if self.breaker.state == HALF_OPEN:
                    break
            pauses.append(self.now - opened)
            self.breaker.probe()
        self.assertEqual(pauses, sorted(pauses))
        self.assertLess(pauses[0], 1.0)
        self.assertGreater(pauses[-1], 5.0)
        self.assertLess(pauses[-1], 12.0)

    def test_a_server_that_answers_the_try_and_stalls_the_visitor_is_left_after_one_of_them(self):
        self.open()
        self.now = 1.0
        self.breaker.allows()
        with self.assertLogs("search.breaker", "WARNING"):
            self.breaker.probe()
            self.breaker.failed(SearchTimeout("slow"))
        self.assertEqual(self.breaker.state, OPEN)


class FallbackTests(TwoEnginesMixin, TestCase):
    def setUp(self):
        super().setUp()
        self.built("default")
        self.built("embedded")
        self.asked = []

    def question(self, **failures):
        def answer(alias):
            self.asked.append(alias)
            if alias in failures:
                raise failures[alias]
            return f"by {alias}"

        return answer

    def ask(self, **failures):
        return fallback.ask(self.question(**failures))

    def test_the_server_answers_where_it_can(self):
        answer = self.ask()
        self.assertEqual(
            (answer.value, answer.using, answer.engine, answer.degraded),
            ("by default", "default", "elasticsearch", False),
        )

    def test_the_embedded_engine_answers_where_the_server_does_not(self):
        with self.assertLogs("search.breaker", "WARNING"):
            answer = self.ask(default=IndexBusy("full"))
        self.assertEqual(
            (answer.value, answer.using, answer.engine, answer.degraded),
            ("by embedded", "embedded", "sqlite", True),
        )

    def test_the_next_visitors_do_not_even_ask_the_server(self):
        with self.assertLogs("search.breaker", "WARNING"):
            self.ask(default=IndexBusy("full"))
        self.asked.clear()
        self.assertTrue(self.ask().degraded)
        self.assertEqual(self.asked, ["embedded"])

    def test_a_question_that_the_server_refuses_is_no_outage(self):
        with self.assertLogs("search.fallback", "ERROR"):
            self.assertTrue(self.ask(default=QueryRefused("too deep")).degraded)
        self.assertFalse(self.ask().degraded)

    def test_a_mistake_of_the_program_is_not_hidden(self):
        with self.assertRaises(KeyError):
            self.ask(default=KeyError("ours"))

    def test_an_index_that_was_never_built_is_not_asked(self):
        engine = self.built("default")
        engine.built_at = None
        engine.save()
        self.assertTrue(self.ask().degraded)
        self.assertEqual(self.asked, ["embedded"])

    def test_no_results_is_never_said_by_a_spare_that_was_never_built(self):
        engine = self.built("embedded")
        engine.built_at = None
        engine.save()
        with self.assertRaises(IndexBusy), self.assertLogs("search.breaker", "WARNING"):
            self.ask(default=IndexBusy("full"))
        self.assertEqual(self.asked, ["default"])

    def test_both_failing_is_an_error(self):
        failing = {"default": IndexBusy("full"), "embedded": IndexUnusable("damaged")}
        told = self.assertLogs("search.breaker", "WARNING")
        with told, self.assertRaisesMessage(SearchFailure, "damaged"):
            self.ask(**failing)

    def test_the_time_of_both_is_bounded_and_the_spare_has_its_share(self):
        left = {}

        def answer(alias):
            left[alias] = deadline.left(60)
            if alias == "default":
                raise SearchTimeout("slow")

        fallback.ask(answer)
        self.assertLess(left["default"], fallback.SECONDS - 0.3, "the spare has its share")
        self.assertLessEqual(left["embedded"], fallback.SECONDS)

    def test_who_is_in_a_hurry_does_not_spare_others_the_server(self):
        for _time in range(3):
            fallback.ask(self.question(default=SearchTimeout("slow")), seconds=0.1)
        self.assertFalse(self.ask().degraded)

    def test_without_a_server_there_is_one_engine_and_no_banner(self):
        with self.settings(SEARCH_SPARE=""):
            self.assertFalse(self.ask().degraded)
            with self.assertRaises(IndexBusy):
                self.ask(default=IndexBusy("full"))
        self.assertEqual(self.asked, ["default", "default"])


class NowhereTests(TwoEnginesMixin, TestCase):
    def test_a_server_that_is_not_there_is_tried_by_a_thread_and_stays_spared(self):
        self.built("default")
        guard = breaker.of("default")
        with self.assertLogs("search.breaker", "WARNING"):
            guard.failed(IndexBusy("full"))
        with mock.patch.object(guard, "_next_try", 0.0):
            guard.allows()
        until = time.monotonic() + 5
        while guard.state == HALF_OPEN and time.monotonic() < until:
            time.sleep(0.01)
        self.assertEqual((guard.state, guard.error), (OPEN, "ServerUnreachable"))
