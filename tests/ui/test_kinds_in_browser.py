"""Controls that need a browser: stars by keys, a drawn signature, a colour, a file, a secret that is revealed."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from customary.engine import records, sealing
from customary.engine.workspace import Workspace

pytestmark = pytest.mark.browser
PLAN = """
entity: sketch
title: name
fields:
  name: {type: person_name, required: true}
  stars: {type: rating}
  paint: {type: color, visible: stars > 1}
  plan: {type: file}
  signed: {type: signature}
  code: {type: secret}
"""


@pytest.fixture
def workspace(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv(sealing.KEY_VARIABLE, base64.b64encode(b"k" * 32).decode())
    (workspace.directory / "schemas" / "sketch.yaml").write_text(PLAN)
    workspace.apply(by="test")
    return workspace


def test_a_form_with_stars_a_file_a_signature_and_a_secret(
    page: Any, accessible: Callable, inside: Callable, tmp_path: Path
) -> None:
    (tmp_path / "plan.txt").write_text("a plan")
    page.goto("/sketch/new")
    page.wait_for_load_state("networkidle")
    page.get_by_label("Last name").fill("Lee")
    page.get_by_label("Plan").set_input_files(tmp_path / "plan.txt")
    draw(page)
    page.get_by_label("Code").fill("pssst")
    page.get_by_role("radio", name="No rating").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    paint = page.get_by_role("textbox", name=re.compile("Paint"))
    expect(paint).to_be_visible()  # the form was drawn anew, and nothing that waits to be sent was lost
    paint.fill("#ff0000")
    expect(page.locator("[data-colour-of]")).to_have_value("#ff0000")
    assert accessible(page) == []
    page.locator(".form-foot button[type=submit]").click()
    page.get_by_role("button", name="Reveal").click()
    expect(page.locator("code.secret")).to_have_text("pssst")
    assert accessible(page) == []
    page.reload()
    expect(page.get_by_text("pssst")).to_have_count(0)
    expect(page.get_by_text("looked at a secret")).to_be_visible()
    found = inside(lambda work: records.select(work, "sketch", records.Query()).records[0].values)
    assert (found["stars"], found["plan"].name, found["signed"].type, found["paint"]) == (
        3,
        "plan.txt",
        "image/png",
        "#ff0000",
    )


def draw(page: Any) -> None:
    canvas = page.locator("canvas.drawing")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 80, steps=5)
    page.mouse.up()
    expect(page.locator("[data-drawn]")).not_to_have_value("")
