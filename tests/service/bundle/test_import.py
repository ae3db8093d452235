"""The import: all or nothing, twice is nothing, and what was agreed is never edited."""

import pytest
from sqlalchemy import select, update

from service.db.metadata import metadata
from service.documents.store import read_documents
from service.errors import ImportRefusedError
from service.licences.store import read_version, versions
from service.standing.values import StandingReason
from tests.support.stage import licence_of, next_version, raw

ROBOT = "lifting-robot"


async def everything(stage) -> dict[str, list]:
    async with stage.deps.db.read() as conn:
        return {
            table.name: sorted(map(str, await conn.execute(select(table))))
            for table in metadata.sorted_tables
        }


async def refused(stage, bundle) -> str:
    before = await everything(stage)
    with pytest.raises(ImportRefusedError) as error:
        await stage.bring(bundle)
    assert await everything(stage) == before, "nothing is stored of what is refused"
    assert all("Mend: " in problem for problem in error.value.problems)
    return "\n".join(error.value.problems)


@pytest.mark.parametrize("name", ["nurses", "translators"])
async def test_the_first_import_reports_everything_as_new(empty, name):
    bundle = raw(name)
    report = await empty.bring(bundle)
    whats = [change.what for change in report.changes]
    assert report.mid_id == name
    assert report.left_alone == ()
    assert whats[0] == f"mid {name}"
    for kind, key in (("licences", "licence"), ("members", "member"), ("articles", "article"),
                      ("statements", "statement")):  # fmt: skip
        assert sum(what.startswith(f"{key} ") for what in whats) == len(bundle[kind])
    assert all(change.how.startswith("new") for change in report.changes)


@pytest.mark.parametrize("name", ["nurses", "translators"])
async def test_the_same_file_twice_changes_nothing_and_says_so(stage, name):
    before = await everything(stage)
    for _ in range(2):
        report = await stage.bring(raw(name))
        assert report.changes == report.left_alone == ()
    assert await everything(stage) == before


async def test_a_term_sheet_stored_before_a_field_existed_is_no_change(stage):
    """Its stored digest differs from the one that newer code works out; its terms do not."""
    async with stage.deps.db.write() as conn:
        await conn.execute(update(versions).values(digest="0" * 64))
    report = await stage.bring(raw("nurses"))
    assert report.changes == report.left_alone == ()


async def test_the_same_amounts_written_otherwise_are_no_change(stage):
    bundle = raw("nurses")
    price = licence_of(bundle, ROBOT)["price"]
    price.update(base={"verified": "2.5", "standard": 2}, step="0.4000", limits=["0.5", "6"],
                 bias=["-1.5", "2.0"], rate="2.400")  # fmt: skip
    licence_of(bundle, ROBOT).update(residual_share="0.020")
    bundle["mid"]["member_share"] = "0.8"
    bundle["statements"][0].update(gross_from_buyers="4416.0", commissions="132.480")
    bundle["statements"][0]["lines"][0].update(gross="2.4", units="1.0")
    before = await everything(stage)
    assert (await stage.bring(bundle)).changes == ()
    assert await everything(stage) == before


async def test_changed_terms_need_a_higher_version(stage):
    bundle = raw("nurses")
    licence_of(bundle, ROBOT)["group_size"] = 7
    says = await refused(stage, bundle)
    assert "lifting-robot" in says
    assert "group_size changed" in says
    assert "write version 3" in says


async def test_an_older_version_is_refused(stage):
    bundle = {**raw("nurses"), "statements": []}
    licence_of(bundle, ROBOT)["version"] = 1
    assert "older than version 2" in await refused(stage, bundle)


async def test_a_use_that_cannot_be_called_back_can_never_be_called_contained_again(stage):
    bundle = next_version("nurses", "fatigue-and-cover", lambda licence: licence.update(
        containment="contained"))  # fmt: skip
    assert "never be set back" in await refused(stage, bundle)
    licence_of(bundle, "fatigue-and-cover")["version"] = 1
    assert "never be set back" in await refused(stage, bundle)


async def test_every_contradiction_is_told_at_once_and_the_rest_of_the_file_is_not_stored(stage):
    bundle = next_version("nurses", "fatigue-and-cover", lambda licence: licence.update(
        containment="contained"))  # fmt: skip
    bundle["statements"] = []
    licence_of(bundle, ROBOT)["version"] = 1
    licence_of(bundle, "sepsis-warning")["group_size"] = 7
    bundle["members"].append({"ref": "N-0005", "language": "en"})
    bundle["mid"]["about"]["en"] = "Something else."
    says = await refused(stage, bundle)
    assert len(says.splitlines()) == 3


async def test_a_version_may_jump_and_every_version_is_kept_as_it_was(stage, nurse):
    licence = await stage.licence_id(nurse, ROBOT)
    bundle = next_version("nurses", ROBOT, lambda licence: licence.update(group_size=7))
    licence_of(bundle, ROBOT)["version"] = 9
    report = await stage.bring(bundle)
    assert report.changes[0].how == "version 2 -> 9, active"
    assert report.changes[0].fields == ("group_size",)
    async with stage.deps.db.read() as conn:
        old, new = [await read_version(conn, licence, version) for version in (2, 9)]
        assert await read_version(conn, licence, 3) is None
    assert (old.group_size, new.group_size) == (1840, 7)
    assert old.model_copy(update={"group_size": 7}) == new


async def test_a_higher_version_with_the_same_terms_changes_no_field_and_no_yes(stage, nurse):
    await stage.yes(nurse, "sepsis-warning")
    report = await stage.bring(next_version("nurses", "sepsis-warning", lambda _: None))
    assert report.changes[0].fields == report.changes[0].material == ()
    assert await stage.why(nurse, "sepsis-warning") is StandingReason.IN


@pytest.mark.parametrize(
    ("status", "why"),
    [
        ("suspended", StandingReason.SUSPENDED),
        ("ended", StandingReason.ENDED),
        ("offered", StandingReason.WAITING),
    ],
)
async def test_a_status_changes_without_a_new_version_and_acts_at_once(stage, nurse, status, why):
    await stage.yes(nurse, "sepsis-warning")
    bundle = raw("nurses")
    licence_of(bundle, "sepsis-warning")["status"] = status
    report = await stage.bring(bundle)
    assert [(change.what, change.how) for change in report.changes] == [
        ("licence sepsis-warning", f"active -> {status}")
    ]
    assert await stage.why(nurse, "sepsis-warning") is why
    await stage.bring(raw("nurses"))
    assert await stage.why(nurse, "sepsis-warning") is StandingReason.IN, "the yes was not touched"


async def test_a_draft_is_seen_by_nobody(stage, nurse):
    bundle = raw("nurses")
    bundle["licences"].append({**licence_of(bundle, ROBOT), "id": "idea", "status": "draft"})
    bundle["members"][0]["eligible"].append("idea")
    await stage.bring(bundle)
    assert "idea" not in await stage.standings(nurse)


async def test_leaving_something_out_of_a_file_ends_nothing_and_is_reported(stage, nurse):
    await stage.yes(nurse, "sepsis-warning")
    bundle = raw("nurses")
    bundle["licences"] = [licence_of(bundle, ROBOT)]
    bundle["members"] = [{"ref": "N-0003", "language": "hi", "eligible": [ROBOT]}]
    bundle["articles"] = bundle["statements"] = []
    report = await stage.bring(bundle)
    assert report.left_alone == (
        "licence fatigue-and-cover", "licence sepsis-warning",
        "member N-0001", "member N-0002", "member N-0004",
    )  # fmt: skip
    assert [(change.what, change.fields) for change in report.changes] == [
        ("member N-0003", ("eligible",))
    ]
    assert await stage.why(nurse, "sepsis-warning") is StandingReason.IN


async def test_articles_and_statements_are_kept_as_they_came(stage):
    async with stage.deps.db.read() as conn:
        articles = await read_documents(conn, "nurses", "article")
        statements = await read_documents(conn, "nurses", "statement")
    assert articles["payday"]["answer"] == raw("nurses")["articles"][0]["answer"]
    kept = statements["2026-09 EUR"]
    assert [line["ref"] for line in kept["lines"]] == ["N-0001", "N-0004"]
    bundle = raw("nurses")
    bundle["articles"][0]["answer"]["en"] = "On the 15th."
    report = await stage.bring(bundle)
    assert [(change.what, change.how) for change in report.changes] == [
        ("article payday", "changed")
    ]
    async with stage.deps.db.read() as conn:
        changed = await read_documents(conn, "nurses", "article")
        assert changed["payday"]["answer"]["en"] == "On the 15th."
        assert await read_documents(conn, "nurses", "statement") == statements


async def test_a_new_standing_changes_the_price_at_once(stage, nurse):
    await stage.yes(nurse, ROBOT)
    assert await stage.why(nurse, ROBOT) is StandingReason.PRICE
    bundle = raw("nurses")
    bundle["members"][0]["standing"] = "standard"
    report = await stage.bring(bundle)
    assert [(change.what, change.fields) for change in report.changes] == [
        ("member N-0001", ("tier",))
    ]
    assert await stage.why(nurse, ROBOT) is StandingReason.IN


async def test_a_changed_mid_reports_its_fields(stage):
    bundle = raw("nurses")
    bundle["mid"]["attention"]["notices_per_week"] = 5
    report = await stage.bring(bundle)
    assert [(change.what, change.fields) for change in report.changes] == [
        ("mid nurses", ("notices_per_week",))
    ]


# Neither MID can find out about the other.


async def test_an_import_report_does_not_depend_on_the_other_mid(empty, stage):
    alone = await empty.bring(raw("nurses"))
    bundle = {**raw("nurses"), "statements": []}
    bundle["members"].pop()
    left = await empty.bring(bundle)
    assert left.left_alone == ("member N-0004",)
    await stage.join(await stage.stranger(), "translators", "T-0002")
    assert (await stage.bring(raw("nurses"))).changes == ()
    assert await stage.bring(bundle) == left
    await empty.bring(raw("translators"))
    again = raw("nurses")
    again["mid"]["id"] = "nurses-2"
    for licence in again["licences"]:
        licence["collector"] = licence["collector"].replace("nurses", "nurses-2")
    other = await empty.bring(again)
    assert other.changes[1:] == alone.changes[1:]


async def test_the_same_ids_in_two_mids_are_two_things(stage, nurse):
    bundle = raw("translators")
    parties = {"collector": "dialect-archive", "buyers": ["babelworks"]}
    bundle["licences"].append({**licence_of(raw("nurses"), "sepsis-warning"), **parties})
    bundle["members"].append({"ref": "N-0001", "language": "en", "eligible": ["sepsis-warning"]})
    report = await stage.bring(bundle)
    assert report.left_alone == ()
    await stage.yes(nurse, "sepsis-warning")
    other = await stage.stranger()
    await stage.join(other, "translators", "N-0001")
    standing = (await stage.standings(other))["sepsis-warning"]
    assert standing.why is StandingReason.NOT_ASKED
    assert standing.holding.licence.mid_id == "translators"


async def test_an_invite_looks_the_same_to_a_member_of_the_other_mid(stage, nurse):
    from service.people import cases

    (invite,) = await cases.make_invites(stage.deps, "translators", ref="T-0001")
    stranger = await stage.stranger()
    views = [
        await cases.look_at_invite(stage.deps, member, invite.token)
        for member in (nurse, stranger)
    ]
    facts = [(view.state, view.mid, view.expires_at, view.invite_id) for view in views]
    assert facts[0] == facts[1]


async def test_one_person_in_two_mids_has_two_pseudonyms_and_two_references(stage, both):
    async with stage.deps.db.read() as conn:
        table = metadata.tables["memberships"]
        rows = list(await conn.execute(select(table).where(table.c.member_id == both)))
    assert len({row.pseudonym for row in rows}) == len({row.ref for row in rows}) == 2
    assert not any(both in row.pseudonym for row in rows)


async def test_what_happens_in_one_mid_is_written_under_that_mid_alone(stage, yes_to_four):
    of = {o.licence_id: o.mid_id for o in await stage.history(yes_to_four) if o.licence_id}
    standings = await stage.standings(yes_to_four)
    for standing in standings.values():
        licence = standing.holding.licence
        if licence.id in of:
            assert of[licence.id] == licence.mid_id == standing.holding.membership.mid.id
    await stage.turn(yes_to_four, 3)
    assert (await stage.history(yes_to_four))[-1].mid_id is None
