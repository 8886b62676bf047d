from datetime import UTC, datetime, timedelta

from django.test import RequestFactory, TestCase, override_settings
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase

from content import visitors
from content.models import VisitorSalt

BROWSER = "Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0"
# Noon and midnight of the site's time zone, Asia/Shanghai.
NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)


class VisitorsTestCase(TestCase):
    def setUp(self):
        visitors._salts.clear()
        self.addCleanup(visitors._salts.clear)

    def digests(self, at=NOON, address="192.0.2.1", agent=BROWSER):
        request = RequestFactory(headers={"user-agent": agent}).get("/", REMOTE_ADDR=address)
        return visitors.digests(request, at)

    def today(self, *arguments, **named):
        return self.digests(*arguments, **named)[0]


class DigestTests(VisitorsTestCase):
    def test_the_same_address_and_browser_are_one_visitor_on_one_day(self):
        self.assertEqual(self.today(), self.today(NOON + timedelta(hours=11)))

    def test_another_address_or_browser_is_another_visitor(self):
        mine = self.today()
        self.assertNotEqual(mine, self.today(address="192.0.2.2"))
        self.assertNotEqual(mine, self.today(agent="Mozilla/5.0 Chrome/150"))

    def test_nobody_can_be_followed_into_the_next_day(self):
        self.assertNotEqual(self.today(), self.today(NOON + timedelta(days=1)))

    def test_processes_share_the_salt_of_the_day(self):
        mine = self.today()
        visitors._salts.clear()  # as in another process
        self.assertEqual(self.today(), mine)
        with self.assertNumQueries(0):
            self.today()

    def test_the_database_alone_does_not_tell_who_came(self):
        mine = self.today()
        with override_settings(SECRET_KEY="another"):
            self.assertNotEqual(self.today(), mine)

    def test_neither_address_nor_browser_can_be_read_from_it(self):
        self.assertRegex(self.today(), r"\A[0-9a-f]{32}\Z")

    def test_one_connection_has_all_addresses_of_its_ipv6_network(self):
        mine = self.today(address="2001:db8:1:2::1")
        self.assertEqual(mine, self.today(address="2001:db8:1:2:ffff::2"))
        self.assertNotEqual(mine, self.today(address="2001:db8:1:3::1"))
        self.assertEqual(self.today(address="::ffff:192.0.2.1"), self.today(address="192.0.2.1"))

    def test_address_and_browser_cannot_be_shifted_into_each_other(self):
        self.assertNotEqual(
            self.today(address="192.0.2.1", agent="1 x"),
            self.today(address="192.0.2.11", agent=" x"),
        )


class MidnightTests(VisitorsTestCase):
    def test_soon_after_midnight_a_visitor_is_known_by_the_name_of_before_too(self):
        before = self.today(MIDNIGHT - timedelta(minutes=5))
        today, previous = self.digests(MIDNIGHT + timedelta(minutes=5))
        self.assertEqual(previous, before)
        self.assertNotEqual(today, before)

    def test_half_an_hour_after_midnight_the_day_before_is_forgotten(self):
        self.today(MIDNIGHT - timedelta(minutes=5))
        self.assertEqual(self.digests(MIDNIGHT + timedelta(minutes=30))[1], "")

    def test_on_the_first_day_there_is_no_day_before(self):
        self.assertEqual(self.digests(MIDNIGHT + timedelta(minutes=5))[1], "")
        self.assertEqual(VisitorSalt.objects.count(), 1)


class RenewTests(VisitorsTestCase):
    def days(self):
        return [row.day.day for row in VisitorSalt.objects.order_by("day")]

    def test_a_salt_is_deleted_with_its_day_once_nobody_needs_it(self):
        self.today()
        visitors.renew(MIDNIGHT + timedelta(minutes=29))
        self.assertIn(22, self.days())
        visitors.renew(MIDNIGHT + timedelta(minutes=31))
        self.assertNotIn(22, self.days())

    def test_the_first_page_of_a_day_finds_a_salt_that_is_made(self):
        visitors.renew(NOON)
        self.assertEqual(self.days(), [22, 23])
        with self.assertNumQueries(0):
            self.today(MIDNIGHT + timedelta(hours=1))

    def test_salts_of_a_clock_that_was_wrong_go_too(self):
        VisitorSalt.objects.create(day=datetime(2090, 1, 1).date(), salt=b"x")
        visitors.renew(NOON)
        self.assertEqual(self.days(), [22, 23])

    def test_a_process_remembers_no_more_than_it_needs(self):
        for day in range(10):
            self.today(NOON + timedelta(days=day))
        self.assertLessEqual(len(visitors._salts), 3)


class HostileTests(HypothesisTestCase):
    @given(agent=st.text(max_size=200), address=st.text(max_size=50))
    @settings(max_examples=50, deadline=None)
    def test_whatever_a_visitor_sends_makes_a_digest(self, agent, address):
        request = RequestFactory().get("/", HTTP_USER_AGENT=agent, REMOTE_ADDR=address)
        today, _previous = visitors.digests(request, NOON)
        self.assertRegex(today, r"\A[0-9a-f]{32}\Z")
