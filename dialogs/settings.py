"""The settings: language, time zone, notices and the pause."""

from datetime import datetime
from zoneinfo import ZoneInfo

from dialogs import notice_settings, parts
from dialogs.callbacks import Go, Place, SetLanguage, SetZone, ShowZones
from dialogs.screen import Button, Screen, bold, lines, paragraphs, rows, rows_of_two
from locales.words import SHIPPED, Words, own_name
from service.notices.views import NoticeSettingsView
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


def screen(view: NoticeSettingsView, w: Words, *, saved: bool = False) -> Screen:
    """The settings; ``saved`` says first that one was just saved."""
    snapshot, notices = view.snapshot, notice_settings.summary(view, w)
    paused = snapshot.pause is not Pause.OFF
    return Screen(
        w.locale,
        text=paragraphs(
            w.t("Saved.") if saved else None,
            bold(w.t("Settings")),
            lines(
                [
                    w.t("Language: {language}", language=own_name(w.locale)),
                    w.t("Your time: {moment}", moment=w.moment(snapshot.now, snapshot.zone)),
                    _pause_note(snapshot.pause, w),
                ]
            ),
            lines([bold(w.t("Notices")), *notices]) if notices else None,
        ),
        rows=rows(
            (
                Button(w.p("button", "Language"), Go(place=Place.LANGUAGE)),
                Button(w.p("button", "Time zone"), ShowZones(page=0)),
            ),
            *notice_settings.buttons(view, w),
            Button(w.p("button", "Resume"), Go(place=Place.RESUME))
            if paused
            else Button(w.p("button", "Pause everything"), Go(place=Place.PAUSE)),
            (parts.human(w), parts.home(w)),
        ),
    )


def _pause_note(pause: Pause, w: Words) -> str:
    notes = {
        Pause.OFF: w.t("Nothing is paused."),
        Pause.PAUSED: w.t("You paused everything."),
        Pause.STOPPED: w.t("You stopped everything."),
    }
    return notes[pause]


def languages(w: Words) -> Screen:
    """The languages to choose from, each by its own name."""
    return Screen(
        w.locale,
        text=paragraphs(bold(w.t("Language")), w.t("Which language do you want to read?")),
        rows=rows(
            *rows_of_two(
                Button(own_name(locale), SetLanguage(locale=locale)) for locale in SHIPPED
            ),
            (parts.human(w), parts.home(w)),
        ),
    )


def zones(snapshot: MemberSnapshot, page: int, w: Words) -> Screen:
    """A page, counted from 0, of time zones, each by a city; those of the member's MIDs first."""
    of_mids = [membership.mid.zone for membership in snapshot.memberships]
    all_zones = list(dict.fromkeys([*of_mids, *_ZONES]))
    pages = -(-len(all_zones) // PER_PAGE)
    page = parts.nearest_page(page, pages)
    return Screen(
        w.locale,
        text=paragraphs(
            bold(w.t("Time zone")),
            w.t("Which city has your time? It decides when it is night for you."),
        ),
        rows=rows(
            *rows_of_two(
                Button(_city(zone, snapshot.now, w), SetZone(zone=zone))
                for zone in all_zones[page * PER_PAGE : (page + 1) * PER_PAGE]
            ),
            parts.page_buttons(page, pages, lambda number: ShowZones(page=number), w),
            (parts.human(w), parts.back(w, Place.SETTINGS)),
        ),
    )


def _city(zone: str, now: datetime, w: Words) -> str:
    local = format(now.astimezone(ZoneInfo(zone)), "%H:%M")
    return w.t("{time} {city}", city=w.city(zone), time=local)
