from math import log2

from django.test import SimpleTestCase

from bench.search import metrics


class ReciprocalRankTests(SimpleTestCase):
    def test_first_good_document_counts_by_its_place(self):
        self.assertEqual(metrics.reciprocal_rank(["a", "b", "c"], {"c": 1, "x": 2}), 1 / 3)

    def test_document_of_grade_zero_is_not_good(self):
        self.assertEqual(metrics.reciprocal_rank(["a", "b"], {"a": 0, "b": 1}), 1 / 2)

    def test_what_is_behind_the_tenth_place_does_not_count(self):
        found = [str(place) for place in range(1, 12)]
        self.assertEqual(metrics.reciprocal_rank(found, {"10": 1}), 1 / 10)
        self.assertEqual(metrics.reciprocal_rank(found, {"11": 1}), 0)


class NdcgTests(SimpleTestCase):
    def test_best_order_is_one_and_a_worse_one_less(self):
        grades = {"a": 2, "b": 1}
        self.assertEqual(metrics.ndcg(["a", "b", "c"], grades), 1)
        best = 3 + 1 / log2(3)
        self.assertAlmostEqual(metrics.ndcg(["b", "a"], grades), (1 + 3 / log2(3)) / best)

    def test_missing_document_costs_its_gain(self):
        self.assertAlmostEqual(metrics.ndcg(["a"], {"a": 1, "b": 1}), 1 / (1 + 1 / log2(3)))

    def test_more_good_documents_than_ten_can_still_be_one(self):
        names = [str(number) for number in range(15)]
        self.assertAlmostEqual(metrics.ndcg(names, dict.fromkeys(names, 1)), 1)

    def test_query_that_nothing_answers_is_zero(self):
        self.assertEqual(metrics.ndcg(["a"], {"a": 0}), 0)


class RecallTests(SimpleTestCase):
    def test_share_of_the_good_ones_in_the_first_ten(self):
        found = [str(place) for place in range(1, 12)]
        self.assertEqual(metrics.recall(found, {"1": 2, "11": 1, "x": 1, "2": 0}), 1 / 3)

    def test_of_more_than_ten_good_ones_ten_are_all_that_can_be_asked_for(self):
        names = [str(number) for number in range(20)]
        self.assertEqual(metrics.recall(names, dict.fromkeys(names, 1)), 1)


class FiguresTests(SimpleTestCase):
    def test_means_over_queries(self):
        found = metrics.figures([(["a"], {"a": 1}), (["x"], {"a": 1})])
        self.assertEqual(found, metrics.Figures(0.5, 0.5, 0.5, 2))

    def test_no_queries_are_no_error(self):
        self.assertEqual(metrics.figures([]).queries, 0)


class PercentileTests(SimpleTestCase):
    def test_is_a_value_that_was_measured(self):
        values = [5.0, 1.0, 3.0, 2.0, 4.0]
        self.assertEqual(metrics.percentile(values, 0.5), 3.0)
        self.assertEqual(metrics.percentile(values, 0.95), 5.0)
        self.assertEqual(metrics.percentile([7.0], 0.95), 7.0)
