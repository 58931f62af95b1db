"""Every lesson is played on the real window, step by step, in both languages; and a clicker is enough."""

import time
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication

from gradviz.app.lecture.lesson_bar import choices_text
from gradviz.app.lecture.lesson_player import LessonPlayer
from gradviz.app.session import runner as runner_module
from gradviz.core.runs import request as request_module
from gradviz.core.runs.playhead import Phase, Playhead
from gradviz.core.spec import Spec
from gradviz.export.formula import formula_pixmap
from gradviz.lessons.cards import CARDS
from gradviz.lessons.files.shelf import lesson_named, lessons
from gradviz.panels.layouts import panels_in

LESSONS = lessons()


def shown(window, step):
    """Whether a step's experiment and reference are on the board, and nothing runs."""
    reference = window.session.reference
    return bool(
        window.session.runner.is_idle
        and not window.lecture._showing.isActive()
        and window.session.frame is not None
        and window.session.frame.spec == step.spec
        and (reference.spec if reference else None) == step.reference
    )


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
@pytest.mark.sampled(12)
def test_a_lesson_from_beginning_to_end(open_window, qtbot, lesson):
    """Each step: its experiment and reference, its panels, its claims on the very Frames that are shown, its texts in both languages."""
    window = open_window("depth=3&width=4&batch=4")
    player, bar = window.lecture.player, window.lesson_bar
    window.lecture.begin(lesson)
    for number, step in enumerate(lesson.steps, 1):
        assert player.step is step and bar.isVisible()
        if step.question is not None:
            assert bar.labels["question"].text() == str(step.question.text.en) and not bar.labels["text"].isVisible()
            assert not any("✓" in button.text() for button in bar.answers.buttons)
            assert str(step.title) not in bar.labels["title"].text()  # which says it
            window.lecture.next()
            assert bar.labels["because"].text() == str(step.question.because.en)
            marked = [button.text() for button in bar.answers.buttons if button.isVisible() and "✓" in button.text()]
            right = str(step.question.choices[step.question.answer - 1].text.en)
            assert len(marked) == 1 and marked[0].endswith(right.replace("&", "&&")) and bar.labels["question"].isVisible()
        qtbot.waitUntil(lambda step=step: shown(window, step))
        window.session.transport.to_end()
        for claim in step.claims:
            assert claim.holds(window.session.frame, window.session.scene.reference_frame), claim.text
        if not isinstance(step.board, str) and step.board:
            assert [row.panels for row in window.board.layout_] == [tuple(row) for row in step.board]
        for code in ("ko", "en"):
            window.look.set_language(code)
            assert bar.labels["text"].text() == str(getattr(step.text, code))
            assert str(getattr(step.title, code)) in bar.labels["title"].text()
            assert bar.formula.isVisible() is (step.formula is not None)
            image = window.grab().toImage()
            colours = {image.pixel(x, y) for x in range(300, 1200, 25) for y in range(20, 640, 20)}
            assert len(colours) > 4
        assert bar.labels["place"].text() == f"{number} of {len(lesson.steps)}"
        assert not window.banner.isVisible(), window.banner.label.text()
        window.lecture.next()
    following = LESSONS[LESSONS.index(lesson) + 1] if lesson is not LESSONS[-1] else None
    assert (player.lesson, player.place, player.offered) == (lesson, len(lesson.steps) - 1, following)


@pytest.mark.parametrize("name", ["depth_multiplies", "check_the_claim"])
@pytest.mark.sampled(2)
def test_while_a_question_waits_the_panels_show_the_step_before(open_window, qtbot, name):
    """Also where the lesson is opened at that step: neither experiment, nor panels, nor title answer it."""
    lesson = lesson_named(name)
    place = next(place for place, step in enumerate(lesson.steps) if step.question and place)
    before, step = lesson.steps[place - 1], lesson.steps[place]
    window = open_window("depth=3&width=4&batch=4")
    window.lecture.begin(lesson, place)
    qtbot.waitUntil(lambda: shown(window, before))
    assert window.lecture.player.asks and not window.session.transport.is_playing
    assert [row.panels for row in window.board.layout_] == [tuple(row) for row in before.board]
    assert window.lesson_bar.labels["title"].text() == str(lesson.title)
    assert not window.lesson_bar.labels["text"].isVisible() and not window.lesson_bar.formula.isVisible()
    window.lecture.next()
    qtbot.waitUntil(lambda: shown(window, step))
    assert window.lesson_bar.labels["title"].text() == f"{lesson.title} · {step.title}"


def test_what_was_changed_by_hand_stays_under_the_question(open_window, qtbot):
    lesson = lesson_named("check_the_claim")
    window = open_window("depth=3&width=4&batch=4")
    window.lecture.begin(lesson)
    qtbot.waitUntil(lambda: shown(window, lesson.steps[0]))
    window.session.store.edit("depth", 7)
    window.lecture.next()
    qtbot.waitUntil(lambda: window.session.runner.is_idle and not window.lecture._showing.isActive())
    assert window.lecture.player.asks and window.session.frame.spec == lesson.steps[0].spec.replace(depth=7)


def test_a_lesson_that_begins_with_a_question_leaves_what_is_there(open_window, qtbot):
    lesson = replace(lesson_named("check_the_claim"), steps=lesson_named("check_the_claim").steps[1:])
    window = open_window("depth=3&width=4&batch=4")
    window.lecture.begin(lesson)
    qtbot.waitUntil(lambda: window.session.runner.is_idle and not window.lecture._showing.isActive())
    assert window.lecture.player.asks and window.session.frame.spec.depth == 3
    assert lesson.pictured(0, is_asked=True) is None and lesson.pictured(0, is_asked=False) is lesson.steps[0]


def test_votes_are_counted_by_clicks_and_keys(open_window, qtbot):
    """While the question waits; they stay beside the answer, and are forgotten with the step."""
    window = open_window("depth=3&width=4&batch=4")
    window.activateWindow()
    window.lecture.begin(lesson_named("check_the_claim"), 2)
    buttons, player = window.lesson_bar.answers.buttons, window.lecture.player
    qtbot.waitUntil(lambda: buttons[0].isVisible())
    assert [button.isVisible() for button in buttons[:4]] == [True, True, True, False] and "(" not in buttons[0].text()
    for _hand in range(3):
        qtbot.mouseClick(buttons[2], Qt.MouseButton.LeftButton)
    press(window, qtbot, "1")
    press(window, qtbot, "5")  # there is none
    assert player.votes == [1, 0, 3] and buttons[2].text().endswith("(3)") and buttons[1].text().endswith("(0)")
    window.lecture.next()
    press(window, qtbot, "1")
    assert player.votes == [1, 0, 3] and not buttons[0].isEnabled() and buttons[2].text().startswith("✓ C")
    window.lecture.next()
    assert player.votes == [0, 0, 0]
    window.lecture.player.close()
    assert not window.lesson_bar.isVisible()


def press(window, qtbot, keys):
    sequence = QKeySequence(keys)[0]
    qtbot.keyClick(window, sequence.key(), sequence.keyboardModifiers())


def test_a_clicker_is_enough(open_window, qtbot):
    """F5 presents, PageDown begins the first lesson, reveals and goes on, PageUp goes back, '.' darkens, Esc ends."""
    window = open_window("depth=3&width=4&batch=4")
    window.activateWindow()
    press(window, qtbot, "F5")
    assert window.presenter.is_presenting and window.isFullScreen() and not window.menuBar().isVisible()
    assert window.lecture.player.lesson is None and window.session.frame.spec.depth == 3  # what was there is what is presented
    press(window, qtbot, "PgDown")
    lesson = window.lecture.player.lesson
    assert lesson.key == LESSONS[0].key
    seen = [window.lecture.player.place]
    while window.lecture.player.offered is None:
        press(window, qtbot, "PgDown")
        assert len(seen) < 3 * len(lesson.steps)
        seen.append(window.lecture.player.place)
        only = set(window.lecture.player.step.controls)
        assert {name for name, control in window.controls.controls.items() if control.isVisible()} <= (only or set(seen))
    assert sorted(set(seen)) == list(range(len(lesson.steps))) and window.lecture.player.is_at_end
    press(window, qtbot, "PgUp")  # from the next lesson, which is offered
    press(window, qtbot, "PgUp")
    assert window.lecture.player.place == len(lesson.steps) - 2 and window.lecture.player.is_revealed
    press(window, qtbot, ".")
    assert window.presenter.cover.isVisible() and window.presenter.cover.size() == window.size()
    press(window, qtbot, "PgDown")
    assert not window.presenter.cover.isVisible()
    press(window, qtbot, "Esc")
    assert not window.presenter.is_presenting and window.menuBar().isVisible() and not window.isFullScreen()
    assert window.controls.controls["seed"].isVisible()


def test_presenting_enlarges_type_and_gives_it_back(window, qapp):
    before = window.look.style_.scale
    window.resize(1280, 720)
    window.actions_["present"].trigger()
    grown = window.look.wished_style().scale
    assert window.look._growth == 1.25 and grown > 0
    window.actions_["present"].trigger()
    window.resize(1280, 720)
    qapp.processEvents()
    window.look.restyle_if_needed()
    assert window.look.style_.scale == before and window.look._growth == 1.0


def test_the_picture_keeps_its_room_while_a_lesson_is_presented(open_window, qtbot):
    """At every step that asks, with its answer, and the longest texts: the panels keep six tenths of the height."""
    window = open_window("depth=3&width=4&batch=4", size=(1280, 720))
    window.actions_["present"].trigger()
    window.showNormal()
    window.resize(1280, 720)
    shares = {}
    for lesson in LESSONS:
        for place, step in enumerate(lesson.steps):
            if step.question is None and len(str(step.text)) < 300:
                continue
            for code in ("en", "ko"):
                window.look.set_language(code)
                window.lecture.player.open(lesson, place)
                window.lecture.player.reveal()
                QApplication.processEvents()
                shares[lesson.name, step.name, code] = window.board.height() / window.height()
    assert len(shares) >= 30 and min(shares.values()) >= 0.6, min(shares.items(), key=lambda item: item[1])
    assert window.headline.headline.is_compact and min(window.bar.y(), window.controls.y()) > window.board.height()
    window.lecture.player.close()
    assert not window.headline.headline.is_compact and window.controls.y() < window.bar.y()


def test_the_lecturers_own_window(window, qtbot):
    """Note, answer, next step and clock; the clicker works there too."""
    window.lecture.open_lesson("1", 3)
    window.actions_["speaker"].trigger()
    speaker = window.presenter.speaker
    speaker.activateWindow()
    step, following = window.lecture.player.step, window.lecture.player.following
    assert speaker.labels["now"].text() == str(step.title) and str(following.title) in speaker.labels["next"].text()
    assert str(step.question.choices[step.question.answer - 1]) in speaker.labels["question"].text()
    assert "since the start" in speaker.labels["clock"].text()
    qtbot.keyClick(speaker.windowHandle(), Qt.Key.Key_PageDown)
    assert window.lecture.player.is_revealed
    window.actions_["speaker"].trigger()
    assert window.presenter.speaker is None
    window.actions_["speaker"].trigger()
    window.presenter.speaker.close()  # by its own cross
    assert window.presenter.speaker is None and not window.actions_["speaker"].isChecked()


def test_the_menu_lists_the_lessons(window, settle):
    window.lecture.menu.aboutToShow.emit()
    actions = window.lecture.menu.actions()
    assert len(actions) == len(LESSONS) and actions[0].text() == f"1. {LESSONS[0].title.en}"
    actions[1].trigger()
    assert window.lecture.player.lesson.key == LESSONS[1].key


def test_a_users_own_lesson_and_one_that_is_wrong(window, qtbot, tmp_path):
    """Opened like any file; a wrong one leaves everything as it was, and every error is named at once."""
    good = tmp_path / "mine.toml"
    good.write_text(
        """title = {en = "Mine <b>", ko = "나의"}
summary = {en = "s", ko = "s"}
[[step]]
name = "one"
title = {en = "One", ko = "하나"}
text = {en = "<img src=x>", ko = "글"}
experiment = "depth=4&width=5&batch=4"
board = [["gradient"]]
claim = ["activation_std[1] > 0"]
""",
        encoding="utf-8",
    )
    window.files.open_file(str(good))
    qtbot.waitUntil(lambda: window.session.frame.spec == Spec(depth=4, width=5, batch=4))
    assert window.lesson_bar.labels["text"].text() == "<img src=x>"
    assert window.lesson_bar.labels["text"].textFormat() is Qt.TextFormat.PlainText
    assert panels_in(window.board.layout_) == ["gradient"] and window.session.settings.recent[0].endswith("mine.toml")
    bad = tmp_path / "bad.toml"
    bad.write_text(good.read_text("utf-8").replace("depth=4", "depth=0").replace('"gradient"', '"nothing"'), encoding="utf-8")
    lesson = window.lecture.player.lesson
    window.files.open_file(str(bad))
    text = window.banner.label.text()
    assert window.lecture.player.lesson is lesson and "depth" in text and "nothing" in text and "Nothing was opened." in text


@pytest.mark.parametrize("name", list(CARDS)[:4])
def test_a_published_experiment_is_run_again_beside_its_figures(window, settle, qtbot, name):
    """Set up by its entry in the menu; measured and published stand side by side."""
    window.cards.menu.aboutToShow.emit()
    assert len(window.cards.menu.actions()) == len(CARDS)
    card = CARDS[name]
    window.cards.open(card)
    sheet = window.cards.sheet
    settle(window)
    assert window.session.frame.spec == card.spec and sheet.table.topLevelItemCount() == len(card.figures)
    rows = [sheet.table.topLevelItem(place) for place in range(len(card.figures))]
    assert all(row.text(0) == "✓" for row in rows)
    assert [row.text(1) for row in rows] == [figure.measure for figure in card.figures]
    assert f"{len(rows)} of {len(rows)}" in sheet.verdict.text()
    with qtbot.waitSignal(sheet.destroyed):
        sheet.close()
    assert window.cards.sheet is None


def test_a_sheet_follows_the_language_and_leaves_the_experiment_alone(window, settle):
    """An edit made beside the sheet is not taken back by a switch of the language."""
    window.cards.open(next(iter(CARDS.values())))
    settle(window)
    window.session.store.edit("gain", 1.25)
    settle(window)
    window.look.set_language("ko")
    assert window.session.store.spec.gain == 1.25 and "허용" in window.cards.sheet.words.text()
    window.cards.sheet.close()


def test_another_published_experiment_takes_the_place_of_the_first(window, settle, qtbot):
    for card in list(CARDS.values())[:2]:
        window.cards.open(card)
        settle(window)
    sheet = window.cards.sheet
    assert sheet.card is card and sheet.table.topLevelItemCount() == len(card.figures)
    sheet.close()
    qtbot.waitUntil(lambda: window.cards.sheet is None)


def test_escape_leaves_one_thing_after_the_other(window, qtbot):
    """A panel that fills the board, then the presentation; and full screen where nothing is presented."""
    window.activateWindow()
    window.actions_["present"].trigger()
    window.actions_["maximise"].trigger()
    for left in ("maximised_key", "is_presenting"):
        press(window, qtbot, "Esc")
        owner = window.board if left == "maximised_key" else window.presenter
        assert not getattr(owner, left)
    assert not window.isFullScreen()
    window.actions_["full_screen"].trigger()
    press(window, qtbot, "Esc")
    assert not window.isFullScreen() and not window.actions_["full_screen"].isChecked()


@pytest.mark.parametrize("hasty", ["an edit is still running", "forward and back at once"])
@pytest.mark.sampled(2)
def test_a_step_arrives_whatever_was_under_way(window, qtbot, monkeypatch, hasty):
    """The picture of the step and its reference are there in the end, though runs are slow and others were asked for."""
    slow = {}
    real = request_module.frame_of

    def simulate(spec, birth, tick):
        for _part in range(slow.get(spec, 0)):
            tick(0.0)
            time.sleep(0.01)
        return real(spec, birth, tick)

    monkeypatch.setattr(request_module, "frame_of", simulate)
    monkeypatch.setattr(runner_module, "GIVES_WAY_AFTER", 0.3)
    lesson = lesson_named("1")
    step = lesson.steps[2]
    slow[step.spec] = 60
    if hasty == "an edit is still running":
        window.session.store.edit("gain", 0.77)
    else:
        window.lecture.begin(lesson, 2)
        qtbot.waitUntil(lambda: shown(window, step))
        window.lecture.next()
        window.lecture.next()  # a question first
    window.lecture.begin(lesson, 2)
    qtbot.waitUntil(lambda: shown(window, step))


@pytest.mark.parametrize("is_shown_before", [False, True], ids=["a new picture", "its preview is there already"])
@pytest.mark.sampled(2)
def test_the_wave_starts_with_the_whole_run(window, qtbot, monkeypatch, is_shown_before):
    """Not with its preview; and nothing of a lesson happens when a run arrives that no step waits for."""
    monkeypatch.setattr(request_module, "PREVIEW_ABOVE", 0.0)
    monkeypatch.setattr(request_module, "WORTH_IT", 1.0)
    real = request_module.frame_of

    def simulate(spec, birth, tick):
        for _part in range(40 if spec.batch > 32 else 0):
            tick(0.0)
            time.sleep(0.01)
        return real(spec, birth, tick)

    monkeypatch.setattr(request_module, "frame_of", simulate)
    session = window.session
    lesson = next(each for each in LESSONS if each.steps[0].play and each.steps[0].spec.batch > 32 and not each.steps[0].question)
    played, play_part = [], session.transport.play_part
    monkeypatch.setattr(session.transport, "play_part", lambda part: (played.append(session.scene.run), play_part(part)))
    previews = []
    session.scene_changed.connect(lambda scene: previews.append(scene.run.is_preview))
    if is_shown_before:
        session.store.replace(lesson.steps[0].spec, "")
        qtbot.waitUntil(lambda: session.scene.run.is_preview)
    window.lecture.begin(lesson)
    qtbot.waitUntil(lambda: bool(played))
    assert [(run.spec, run.is_preview) for run in played] == [(lesson.steps[0].spec, False)] and True in previews
    session.transport.pause()
    assert session.receivers("2run_arrived(PyObject,PyObject)") == 0
    session.store.edit("gain", 1.25)
    qtbot.waitUntil(lambda: session.runner.is_idle)
    assert len(played) == 1 and not session.transport.is_playing


def test_a_lesson_gives_the_board_back(window, qtbot):
    before = window.board.layout_
    window.lecture.open_lesson("1")
    qtbot.waitUntil(lambda: panels_in(window.board.layout_) != panels_in(before))
    assert window.lecture.own_layout is not None
    window.actions_["lesson_close"].trigger()
    assert panels_in(window.board.layout_) == panels_in(before)


def test_a_formula_that_cannot_be_set_is_shown_as_it_stands_and_why(window, tmp_path):
    path = tmp_path / "MINE.TOML"
    path.write_text(
        """title = {en = "t", ko = "t"}
summary = {en = "s", ko = "s"}
[[step]]
name = "one"
title = {en = "One", ko = "하나"}
text = {en = "x", ko = "글"}
experiment = "depth=4&width=5&batch=4"
formula = '\\frac{'
claim = ["activation_std[1] > 0"]
""",
        encoding="utf-8",
    )
    window.files.open_file(str(path))
    assert window.lesson_bar.formula.text() == "\\frac{\nthis formula is no LaTeX that can be set"
    assert window.lesson_bar.formula.isVisible()
    window.look.restyle()
    window.files.open_file(str(tmp_path / "nothing.toml"))
    assert len(window.session.settings.recent) == 1


def test_closing_a_lesson_keeps_the_experiment(window, qtbot):
    window.lecture.open_lesson("1")
    step = window.lecture.player.step
    qtbot.waitUntil(lambda: shown(window, step))
    window.actions_["lesson_close"].trigger()
    assert not window.lesson_bar.isVisible() and window.session.store.spec == step.spec


@pytest.mark.parametrize(("part", "first", "last"), [("forward", 1, 6), ("backward", 7, 12), ("whole", 1, 12)])
@pytest.mark.sampled(3)
def test_a_step_plays_its_wave(window, qtbot, part, first, last):
    """From its beginning to its end; then everything is shown."""
    places = []
    window.session.transport.moved.connect(lambda playhead: places.append(playhead.position(6)))
    window.session.transport.set_speed(1.0)
    window.session.transport.scrub(5)
    places.clear()
    window.session.transport.play_part(part)
    qtbot.waitUntil(lambda: not window.session.transport.is_playing)
    assert places[0] == first and max(places) == last
    assert window.session.transport.playhead == Playhead(6 if part == "forward" else 1, Phase.WHOLE)


def test_the_player_by_itself(qapp):
    """Back from the first step, on from the last, and without a lesson: nothing happens."""
    player = LessonPlayer()
    player.next()
    player.back()
    player.reveal()
    assert player.step is None and player.is_at_end and player.following is None
    player.open(lesson_named("1"))
    player.back()
    assert player.place == 0


def test_choices_are_lettered_and_the_answer_is_marked():
    question = next(step.question for lesson in LESSONS for step in lesson.steps if step.question)
    hidden, told = choices_text(question, revealed=False), choices_text(question, revealed=True)
    assert "✓" not in hidden and str(question.because) not in hidden
    assert told.splitlines()[question.answer - 1].startswith("✓") and told.count("✓") == 1


@pytest.mark.parametrize(
    "step", [step for lesson in LESSONS for step in lesson.steps if step.formula], ids=lambda step: step.name
)
def test_every_formula_can_be_set(qapp, step):
    """And more than its fraction bars is drawn."""
    for latex in {str(step.formula.en), str(step.formula.ko)}:
        pixmap = formula_pixmap(latex, 20, "#000000", 2.0)
        image = pixmap.toImage()
        inked = sum(image.pixelColor(x, y).alpha() > 100 for x in range(image.width()) for y in range(image.height()))
        assert inked > 60 and pixmap.devicePixelRatio() == 2.0


def test_standard_buttons_speak_korean(window):
    window.look.set_language("ko")
    assert QApplication.translate("QPlatformTheme", "Cancel") == "취소"
    window.look.set_language("en")
    assert QApplication.translate("QPlatformTheme", "Cancel") == "Cancel"


def test_the_end_of_a_lesson_offers_the_next_one(window, qtbot, settle):
    """PageDown alone leads through all of them; back from the offer is the last step."""
    first, second = LESSONS[:2]
    window.lecture.begin(first, len(first.steps) - 1)
    player = window.lecture.player
    while not player.is_at_end:
        window.lecture.next()
    window.lecture.next()
    assert player.offered == second and window.lesson_bar.labels["title"].text() == f"Next lesson: {second.title}"
    assert window.lesson_bar.labels["text"].text() == str(second.summary) and not window.lesson_bar.answers.isVisible()
    window.lecture.back()
    assert (player.lesson, player.offered) == (first, None) and player.place == len(first.steps) - 1
    window.lecture.next()
    window.lecture.next()
    assert (player.lesson, player.place, player.offered) == (second, 0, None)
    window.lecture.begin(LESSONS[-1], len(LESSONS[-1].steps) - 1)
    window.lecture.player.reveal()
    window.lecture.next()
    assert player.lesson == LESSONS[-1] and player.offered is None  # the last one
    settle(window)
