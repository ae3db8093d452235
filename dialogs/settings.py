"""Language, time zone, notices, and the way to the pause."""

from datetime import datetime
from zoneinfo import ZoneInfo

from dialogs import notice_settings, parts
from dialogs.callbacks import Go, Place, SetLanguage, SetZone, ShowZones
from dialogs.screen import Button, Screen, bold, in_twos, lines, paragraphs, rows
from locales.words import SHIPPED, Words, own_name
from service.notices.views import AttentionView
from service.standing.values import MemberSnapshot, Pause

PER_PAGE = 8

# One well-known city for each offset in use, from west to east.
_ZONES = (
    "Pacific/Honolulu", "America/Anchorage", "America/Los_Angeles", "America/Denver",
    "America/Mexico_City", "America/Chicago", "America/Bogota", "America/New_York",
    "America/Santiago", "America/Sao_Paulo", "America/Argentina/Buenos_Aires", "Atlantic/Azores",
    "Europe/London", "Africa/Casablanca", "Africa/Lagos", "Europe/Paris", "Europe/Madrid",
    "Europe/Zurich", "Africa/Cairo", "Africa/Johannesburg", "Europe/Kyiv", "Europe/Istanbul",
    "Europe/Moscow", "Asia/Riyadh", "Asia/Tehran", "Asia/Dubai", "Asia/Yekaterinburg",
    "Asia/Karachi", "Asia/Kolkata", "Asia/Dhaka", "Asia/Bangkok", "Asia/Novosibirsk",
    "Asia/Shanghai", "Asia/Singapore", "Asia/Tokyo", "Australia/Sydney", "Asia/Vladivostok",
    "Pacific/Auckland",
)  # fmt: skip


def screen(view: AttentionView, w: Words, *, saved: bool = False) -> Screen:
    """Settings, also as they are just after one was ``saved``."""
    snapshot, notices = view.snapshot, notice_settings.said(view, w)
    paused = snapshot.pause is not Pause.OFF
    return Screen(
        text=paragraphs(
            w.t("Saved.") if saved else None,
            bold(w.t("Settings")),
            lines(
                [
                    w.t("Language: {language}", language=own_name(w.locale)),
                    w.t("Your time: {moment}", moment=w.moment(snapshot.now, snapshot.zone)),
                    _pause(snapshot.pause, w),
                ]
            ),
            lines([bold(w.t("Notices")), *notices]) if notices else None,
        ),
        rows=rows(
            (
                Button(w.p("button", "Language"), Go(place=Place.LANGUAGE)),
                Button(w.p("button", "Time zone"), ShowZones(page=0)),
            ),
            *notice_settings.ways(view, w),
            Button(w.p("button", "Resume"), Go(place=Place.RESUME))
            if paused
            else Button(w.p("button", "Pause everything"), Go(place=Place.PAUSE)),
            (parts.human(w), parts.home(w)),
        ),
    )


def _pause(pause: Pause, w: Words) -> str:
    says = {
        Pause.OFF: w.t("Nothing is paused."),
        Pause.PAUSED: w.t("You paused everything."),
        Pause.STOPPED: w.t("You stopped everything."),
    }
    return says[pause]


def language(w: Words) -> Screen:
    """The languages, each in its own name. The label of the screen is in the present one."""
    return Screen(
        text=paragraphs(bold(w.t("Language")), w.t("Which language do you want to read?")),
        rows=rows(
            *in_twos(Button(own_name(one), SetLanguage(locale=one)) for one in SHIPPED),
            (parts.human(w), parts.home(w)),
        ),
    )


def zones(snapshot: MemberSnapshot, page: int, w: Words) -> Screen:
    """Time zones by a city that has them: those of one's MIDs first."""
    found = list(
        dict.fromkeys([*(membership.mid.zone for membership in snapshot.memberships), *_ZONES])
    )
    pages = -(-len(found) // PER_PAGE)
    page = min(max(page, 0), pages - 1)
    turn = tuple(
        Button(label, ShowZones(page=number))
        for label, number in (
            (w.p("button", "Earlier page"), page - 1),
            (w.p("button", "Next page"), page + 1),
        )
        if 0 <= number < pages
    )
    return Screen(
        text=paragraphs(
            bold(w.t("Time zone")),
            w.t("Which city has your time? It decides when it is night for you."),
        ),
        rows=rows(
            *in_twos(
                Button(_city(zone, snapshot.now, w), SetZone(zone=zone))
                for zone in found[page * PER_PAGE : (page + 1) * PER_PAGE]
            ),
            turn,
            (parts.human(w), parts.back(w, Place.SETTINGS)),
        ),
    )


def _city(zone: str, now: datetime, w: Words) -> str:
    local = format(now.astimezone(ZoneInfo(zone)), "%H:%M")
    return w.t("{time} {city}", city=w.city(zone), time=local)
