"""An upgrade is one release: files, lock and database go on together, and back together."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.engine.upgrade.conftest import Packs

from customary.engine.plan import OutOfDate
from customary.engine.problem import DefinitionError, Problems
from customary.engine.text import File, Source, plain, read_source
from customary.engine.text.lock import pinned_in, write_lock
from customary.engine.text.packs import packs_in
from customary.engine.upgrade import Choices, apply_upgrade, upgrade
from customary.engine.upgrade.version import rank
from customary.engine.workspace import Workspace, WorkspaceError, WrongUse

PET = "entity: pet\nfields:\n  name: {type: text, max_length: 200}\n  fax: {type: phone}\n"
NEWER = "entity: pet\nfields:\n  name: {type: text, max_length: 100}\n  telefax: {type: phone, was: fax}\n"
OWN = "entity: pet\nfields:\n  name: {max_length: 80} # the till prints 80\n  fax: {label: Facs}\n"
CONFLICT = "entity.pet.fields.name.max_length"


@pytest.fixture
def crm(tmp_path: Path, database_url: str, shipped: Packs):
    """A workspace over two packs of version 1.0.0, which are 2.0.0 now."""
    shipped.write("pets", "1.0.0", PET)
    shipped.write("toys", "1.0.0", "entity: toy\nfields: {name: {type: text}}\n")
    folder = tmp_path / "mycrm"
    (folder / "schemas").mkdir(parents=True)
    (folder / "customary.yaml").write_text("name: A\npacks: [pets, toys]\n")
    (folder / "schemas" / "pet.yaml").write_text(OWN)
    workspace = Workspace.open(folder, database_url)
    workspace.apply()
    shipped.write("pets", "2.0.0", NEWER, "changes: {2.0.0: Fax is called telefax.}\n")
    shipped.write("toys", "2.0.0", "entity: toy\nfields: {name: {type: text}, age: {type: integer}}\n")
    yield workspace
    workspace.close()


def text(workspace: Workspace, path: str = "schemas/pet.yaml") -> str:
    return (workspace.directory / path).read_text("utf-8")


def versions(workspace: Workspace) -> dict[str, str]:
    return {pack: pin.version for pack, pin in pinned_in(workspace.directory).items()}


def upgraded(workspace: Workspace, *packs: str, choices: Choices | None = None, new: Path | None = None) -> list[str]:
    """The lines of the plan, done."""
    found = upgrade(workspace, packs, choices, new)
    assert found.conflicts == ()
    plan = workspace.plan_of(found.source)
    apply_upgrade(workspace, found, plan, "test")
    return [str(line) for line in plan.lines]


def test_new_packs_alone_change_nothing(crm):
    plan = crm.plan()
    assert plan.empty
    assert [(each.summary, each.remedy) for each in plan.warnings] == [
        ("the pack “pets” was applied as 1.0.0 and is 2.0.0 now", "It stays at 1.0.0 until “customary upgrade pets”."),
        ("the pack “toys” was applied as 1.0.0 and is 2.0.0 now", "It stays at 1.0.0 until “customary upgrade toys”."),
    ]
    (crm.directory / "schemas" / "more.yaml").write_text("entity: visit\nfields: {name: {type: text}}\n")
    assert [str(line) for line in crm.plan().lines] == ["+ entity visit; fields: 1"]
    crm.apply()
    assert versions(crm) == {"pets": "1.0.0", "toys": "1.0.0"}


def test_what_both_changed_is_asked_before_anything_is_written(crm):
    found = upgrade(crm)
    assert [each.key for each in found.conflicts] == [CONFLICT]
    assert [(step.pack, step.was, step.now, step.notes) for step in found.steps] == [
        ("pets", "1.0.0", "2.0.0", (("2.0.0", "Fax is called telefax."),)),
        ("toys", "1.0.0", "2.0.0", ()),
    ]
    assert (text(crm), versions(crm)) == (OWN, {"pets": "1.0.0", "toys": "1.0.0"})


def test_an_upgrade_and_its_undo_move_database_files_and_lock(crm):
    lines = upgraded(crm, choices=Choices(ours=(CONFLICT,)))
    assert "→ field pet.fax becomes telefax" in lines
    assert "+ field toy.age (integer)" in lines
    assert text(crm) == OWN.replace("fax", "telefax")
    assert versions(crm) == {"pets": "2.0.0", "toys": "2.0.0"}
    assert (crm.plan().empty, crm.plan().warnings, upgrade(crm).steps) == (True, (), ())
    assert plain(crm.release.source.documents["entity", "pet"].body)["fields"]["name"]["max_length"] == 80

    plan = crm.plan_undo()
    files = crm.put_back(plan)
    crm.apply(plan)
    files.write()
    assert (text(crm), versions(crm)) == (OWN, {"pets": "1.0.0", "toys": "1.0.0"})
    assert crm.plan().empty
    assert [each.key for each in upgrade(crm).conflicts] == [CONFLICT]


def test_one_pack_goes_on_and_the_other_stays(crm):
    assert upgraded(crm, "toys") == [
        "+ field toy.age (integer)",
        "~ pack toys: version 1.0.0 → 2.0.0",
    ]
    assert versions(crm) == {"pets": "1.0.0", "toys": "2.0.0"}
    assert (crm.plan().empty, len(crm.plan().warnings)) == (True, 1)


def test_editing_decides_a_conflict_too(crm):
    (crm.directory / "schemas" / "pet.yaml").write_text(OWN.replace("80}", "100}"))
    assert upgrade(crm).conflicts == ()


def test_an_upgrade_that_came_too_late_leaves_the_files_as_they_were(crm):
    found = upgrade(crm, choices=Choices(theirs=("all",)))
    plan = crm.plan_of(found.source)
    late = Workspace(crm.directory, crm.database)
    late.apply(late.plan_of(late_source(crm)))
    with pytest.raises(OutOfDate):
        apply_upgrade(crm, found, plan, "test")
    assert text(crm) == OWN


def late_source(workspace: Workspace) -> Source:
    """What is applied, and another entity."""
    more = File("schemas/more.yaml", "workspace", "entity: visit\nfields: {name: {type: text}}\n")
    return read_source([*workspace.release.source.files, more], Problems())


def test_what_somebody_edits_while_the_question_waits_is_not_written_over(crm):
    found = upgrade(crm, choices=Choices(theirs=("all",)))
    plan = crm.plan_of(found.source)
    (crm.directory / "schemas" / "pet.yaml").write_text(OWN + "icon: paw\n")
    with pytest.raises(WorkspaceError, match="were edited meanwhile"):
        apply_upgrade(crm, found, plan, "test")
    assert (text(crm), crm.release.number) == (OWN + "icon: paw\n", 1)


def test_what_was_cut_off_after_the_files_is_done_by_upgrading_again(crm):
    found = upgrade(crm, choices=Choices(theirs=("all",)))
    lines = [str(line) for line in crm.plan_of(found.source).lines]
    found.files.write()
    assert upgraded(crm) == lines
    assert (text(crm), versions(crm)["pets"]) == ("entity: pet\nfields:\n  telefax: {label: Facs}\n", "2.0.0")


def test_an_older_pack_is_refused_unless_it_is_meant(crm, shipped):
    upgraded(crm, choices=Choices(ours=("all",)))
    shipped.write("pets", "1.5.0", PET)
    with pytest.raises(WorkspaceError, match="“pets” is 2.0.0, and 1.5.0 is older"):
        upgrade(crm)
    assert upgrade(crm, back=True).steps[0].now == "1.5.0"


def test_a_pinned_pack_that_nobody_has_is_a_problem(crm, tmp_path):
    lock = crm.directory / "customary.lock"
    lock.write_text(lock.read_text().replace("1.0.0", "1.7.0").replace("sha256:", "sha256:0"))
    with pytest.raises(DefinitionError, match="“pets” is pinned as 1.7.0, which is not here: 2.0.0 is"):
        crm.plan()
    with pytest.raises(WorkspaceError, match="Nobody knows any more what the pack “pets” said as 1.7.0"):
        upgrade(crm)
    Packs(tmp_path / "old").write("pets", "1.7.0", PET)
    Packs(tmp_path / "old").write("toys", "1.7.0", "entity: toy\nfields: {name: {type: text}}\n")
    assert [each.key for each in upgrade(crm, old=tmp_path / "old").conflicts] == [CONFLICT]


def test_a_lock_that_goes_ahead_is_an_agreement(crm):
    """As after a pull: another machine upgraded, and this one has the same packs and files."""
    found = upgrade(crm, choices=Choices(ours=("all",)))
    found.files.write()
    write_lock(crm.directory, found.source)
    assert "→ field pet.fax becomes telefax" in [str(line) for line in crm.plan().lines]
    crm.apply()
    assert (versions(crm), crm.plan().empty) == ({"pets": "2.0.0", "toys": "2.0.0"}, True)


def test_without_a_lock_the_newest_release_says_which_packs_stay(crm):
    (crm.directory / "customary.lock").unlink()
    assert crm.plan().empty


@pytest.fixture
def copied(crm: Workspace, shipped: Packs) -> Workspace:
    """The pack pets lies in the workspace as a copy of 1.0.0, edited in place and applied."""
    Packs(crm.directory).write("pets", "1.0.0", PET.replace("fax: {type: phone}", "fax: {type: phone} # seldom"))
    shipped.write("pets", "1.0.0", PET)
    (crm.directory / "schemas" / "pet.yaml").unlink()
    crm.apply()
    copy = crm.directory / "schemas" / "pets" / "pets.yaml"
    copy.write_text(copy.read_text().replace("max_length: 200", "max_length: 200, label: Called"))
    crm.apply()
    shipped.write("pets", "2.0.0", NEWER)
    return crm


def test_a_copy_that_was_edited_in_place_is_merged(copied):
    upgraded(copied, "pets")
    assert text(copied, "schemas/pets/pets.yaml") == (
        "entity: pet\nfields:\n  name: {type: text, max_length: 100, label: Called}\n"
        "  telefax: {type: phone, was: fax} # seldom\n"
    )
    assert versions(copied)["pets"] == "2.0.0"
    assert copied.plan().empty


def test_what_was_edited_in_a_copy_follows_to_new_names(copied):
    copy = copied.directory / "schemas" / "pets" / "pets.yaml"
    copy.write_text(copy.read_text() + "views:\n  all: {kind: table, columns: [fax, name], where: fax != null}\n")
    copied.apply()
    upgraded(copied, "pets")
    assert "columns: [telefax, name], where: telefax != null" in copy.read_text()


def test_what_a_copy_was_made_of_is_known_later_too(copied, tmp_path):
    upgraded(copied, "pets")
    newest = Packs(tmp_path / "checkout")
    newest.write("pets", "3.0.0", NEWER.replace("100", "60"))
    assert upgrade(copied, ["pets"], new=newest.root).conflicts == ()
    upgraded(copied, "pets", new=newest.root)
    assert "max_length: 60, label: Called" in text(copied, "schemas/pets/pets.yaml")


def test_a_copy_of_nobody_knows_what_is_not_merged_by_guessing(crm, tmp_path):
    Packs(crm.directory).write("mine", "1.0.0", "entity: mine\nfields: {name: {type: text}}\n")
    (crm.directory / "customary.yaml").write_text("name: A\npacks: [pets, toys, mine]\n")
    crm.apply()
    new = Packs(tmp_path / "new")
    new.write("mine", "1.1.0", "entity: mine\nfields: {name: {type: text}, age: {type: integer}}\n")
    with pytest.raises(WorkspaceError, match="Nobody knows any more what the pack “mine” said as 1.0.0"):
        upgrade(crm, ["mine"], new=new.root)
    found = upgrade(crm, ["mine"], new=new.root, old=crm.directory)
    assert [str(line) for line in crm.plan_of(found.source).lines][0] == "+ field mine.age (integer)"


def test_a_copy_that_was_exchanged_by_hand_stays_pinned_until_it_is_taken_up(copied):
    Packs(copied.directory).write("pets", "2.0.0", NEWER)
    assert copied.plan().empty
    assert "→ field pet.fax becomes telefax" in upgraded(copied, "pets")
    assert set(packs_in(copied.directory)) == {"pets"}


def test_choices_are_for_conflicts_that_there_are(crm):
    with pytest.raises(WrongUse, match="There is no conflict at “entity.pet.fields.nam”. Did you mean"):
        upgrade(crm, choices=Choices(ours=("entity.pet.fields.nam",)))
    with pytest.raises(WrongUse, match="“all” is said for ours and for theirs"):
        upgrade(crm, choices=Choices(ours=("all",), theirs=("all",)))
    with pytest.raises(WrongUse, match="There is no pack “pet” in this workspace. Did you mean “pets”?"):
        upgrade(crm, ["pet"])


def test_the_longest_key_decides(crm):
    found = upgrade(crm, choices=Choices(theirs=("all", "entity.pet"), ours=("entity.pet.fields.name",)))
    assert "max_length: 80" in found.files.then["schemas/pet.yaml"]
    found = upgrade(crm, choices=Choices(ours=("all",), theirs=("entity.pet",)))
    assert "max_length" not in found.files.then["schemas/pet.yaml"]


def test_versions_are_compared_number_by_number():
    told = ["0.9", "0.10", "1.0-beta", "1.0-beta.2", "1.0.0", "1.0.1", "2"]
    assert sorted(told, key=rank) == told
    assert rank("1.0") == rank("1.0.0") == rank("1.0+local")
