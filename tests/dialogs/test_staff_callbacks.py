"""The codes of staff's buttons: their bytes, and the change of a draft each stands for."""

from datetime import UTC, datetime

import pytest

from dialogs.staff.callbacks import ChangeDraft, DraftField, read_patch
from dialogs.staff.labels import yes_and_no
from service.errors import NotFoundError
from service.notices.authoring.patch import AudiencePatch, NoticePatch
from service.notices.values import NoticeKind

IN_MAY = int(datetime(2027, 5, 1, 9, tzinfo=UTC).timestamp())
IN_LICENCE = AudiencePatch(licence_ids=("lic_1",), standing="in")
PATCHES = {
    "ae1:n:k:vote": NoticePatch(kind=NoticeKind.VOTE),
    "ae1:n:e:all": NoticePatch(audience=AudiencePatch(everyone=True)),
    "ae1:n:i:lic_1": NoticePatch(audience=IN_LICENCE),
    "ae1:n:y:lic_1": NoticePatch(audience=AudiencePatch(licence_ids=("lic_1",))),
    "ae1:n:a:on": NoticePatch(answers=yes_and_no()),
    "ae1:n:a:off": NoticePatch(answers=()),
    "ae1:n:s:0": NoticePatch(send_at=None),
    f"ae1:n:u:{IN_MAY}": NoticePatch(closes=datetime(2027, 5, 1, 9, tzinfo=UTC)),
}


@pytest.mark.parametrize("data", PATCHES)
def test_the_data_of_a_button_stands_for_one_change(data):
    change = ChangeDraft.unpack(data)
    assert change.pack() == data
    assert read_patch(change) == PATCHES[data]


@pytest.mark.parametrize(
    ("field", "value"), [("k", "party"), ("s", "soon"), ("u", "9" * 30), ("s", "-"), ("s", "²")]
)
def test_a_value_that_no_button_has_is_not_found(field, value):
    with pytest.raises(NotFoundError):
        read_patch(ChangeDraft(notice="n", field=DraftField(field), value=value))
