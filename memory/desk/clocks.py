"""By when a request is answered, under each law.

GDPR, Article 12(3): one month from receipt, which two further months may prolong where the person
is told so, with reasons, within the first. A month ends on the day of the same number, or on the
last there is (Regulation 1182/71, Article 3); weekends prolong nothing here, so nobody is late.
CCPA regulations, § 7021: confirmed within 10 business days, answered within 45 days, which another
45 may prolong. Public holidays are not known here and count as business days: never late.
"""

from calendar import monthrange
from datetime import datetime, timedelta
from typing import NamedTuple

from memory.models import Law

CONFIRM_BUSINESS_DAYS = 10
CCPA_DAYS = timedelta(days=45)
SATURDAY = 5


class Deadlines(NamedTuple):
    due_at: datetime
    confirm_by: datetime | None


def deadlines(law: str, received_at: datetime) -> Deadlines:
    if law == Law.CCPA:
        confirm_by = add_business_days(received_at, CONFIRM_BUSINESS_DAYS)
        return Deadlines(received_at + CCPA_DAYS, confirm_by)
    return Deadlines(add_months(received_at, 1), None)


def extended(law: str, received_at: datetime) -> datetime:
    return received_at + 2 * CCPA_DAYS if law == Law.CCPA else add_months(received_at, 3)


def add_months(moment: datetime, months: int) -> datetime:
    years, month = divmod(moment.month - 1 + months, 12)
    year = moment.year + years
    day = min(moment.day, monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def add_business_days(moment: datetime, days: int) -> datetime:
    while days:
        moment += timedelta(days=1)
        days -= moment.weekday() < SATURDAY
    return moment
