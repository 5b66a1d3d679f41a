"""A schedule in words: `0 8 * * mon-fri` is every Monday to Friday at 08:00."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time

import babel
from cronsim import CronSim

from customary.engine.locale import Locale
from customary.engine.words import Reason

MOST_TIMES = 6
"""More times of one day are not listed."""
ANY_DAY = datetime(2000, 1, 1)


def schedule_in_words(written: str, locale: Locale) -> Reason:
    """What the form of cron says, for readers of a locale. What is rare stands as it was written."""
    cron = CronSim(written, ANY_DAY)
    rare = Reason("By the clock, at {times}", {"times": written})
    if len(cron.months) < 12 or not all(isinstance(each, int) for each in cron.weekdays):
        return rare
    minutes, hours = sorted(cron.minutes), sorted(cron.hours)
    weekdays, days = {each % 7 for each in cron.weekdays}, sorted(cron.days)
    daily, weekly = len(days) == 31, len(weekdays) < 7
    if len(minutes) * len(hours) <= MOST_TIMES:
        times = ", ".join(locale.clock(time(hour, minute)) for hour in hours for minute in minutes)
        if daily and not weekly:
            return Reason("Every day at {times}", {"times": times})
        if daily:
            return Reason("Every {days} at {times}", {"days": _weekdays(weekdays, locale), "times": times})
        if not weekly and days == [CronSim.LAST]:
            return Reason("On the last day of every month at {times}", {"times": times})
        if not weekly and days[0] > 0:
            return Reason("Every month on day {days} at {times}", {"days": ", ".join(map(str, days)), "times": times})
    elif daily and hours[-1] - hours[0] == len(hours) - 1 and (often := _often(minutes)) is not None:
        if len(hours) < 24:
            first, last = time(hours[0], minutes[0]), time(hours[-1], minutes[-1])
            values = {"often": often, "first": locale.clock(first), "last": locale.clock(last)}
            often = Reason("{often}, from {first} to {last}", values)
        return Reason("{days}: {often}", {"days": _weekdays(weekdays, locale), "often": often}) if weekly else often
    return rare


def _often(minutes: Sequence[int]) -> Reason | None:
    """How often it is within its hours: in equal steps, or once in each."""
    step = 60 // len(minutes)
    if len(minutes) == 60:
        return Reason("Every minute")
    if minutes == [0]:
        return Reason("Every hour")
    if len(minutes) == 1:
        return Reason("Every hour, at minute {minute}", {"minute": minutes[0]})
    if list(minutes) == list(range(0, 60, step)):
        return Reason("Every {count} minutes", {"count": step})
    return None


def _weekdays(days: set[int], locale: Locale) -> Reason | str:
    """Days of the week from Monday on, of which Sunday is 0; three and more in a row by the first and the last."""
    names = babel.Locale.parse(locale.language).days["format"]["wide"]
    found = sorted((each - 1) % 7 for each in days)
    if len(found) > 2 and found[-1] - found[0] == len(found) - 1:
        return Reason("{first} to {last}", {"first": names[found[0]], "last": names[found[-1]]})
    return ", ".join(names[each] for each in found)
