"""The made pages and slides in a real browser, opened from a folder as a reader without a network opens them."""

import json

import pytest
from notebook_page import SCREENSHOTS, WAIT

from genai_course_tools.publish.slides import write_slides

LESSON = "02_models/04_variational_autoencoders"
NEXT = "Can two networks teach each other to draw?"
NARROW = (800, 390)


@pytest.fixture(scope="module")
def site(made_site):
    return made_site[0]


@pytest.fixture(scope="module")
def slides(tmp_path_factory):
    """The start page of one lesson's slides."""
    return write_slides(["autoencoders"], tmp_path_factory.mktemp("slides") / "slides")


@pytest.fixture
def page(browser):
    """A page that notes each request and each error; neither another host nor an error is ever allowed."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(WAIT * 1000)
    asked, errors = [], []
    page.context.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    yield page
    page.close()
    assert asked
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:", "about:"))] == []
    assert errors == []


def test_a_word_is_found_and_leads_to_its_page(page, site):
    page.goto((site / "index.html").as_uri())
    page.get_by_role("textbox", name="Search").fill("reparameterisation")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Can you draw a new letter by rolling dice?", exact=True).click()
    page.get_by_text("reparameterisation trick").first.wait_for()
    assert f"notebooks/{LESSON}.html" in page.url


def test_next_previous_and_the_solution(page, site):
    page.goto((site / "notebooks" / f"{LESSON}.html").as_uri())
    page.locator("a.next-page").click()
    page.get_by_role("heading", name=NEXT, level=1).wait_for()
    page.locator("a.prev-page").click()
    page.wait_for_url(f"**/notebooks/{LESSON}.html")
    page.get_by_role("link", name="Solution", exact=True).click()
    page.wait_for_url(f"**/solutions/{LESSON}.html")
    page.get_by_text("Note for teachers").first.wait_for()
    page.get_by_role("link", name="Lesson", exact=True).click()
    page.wait_for_url(f"**/notebooks/{LESSON}.html")


def test_formulas_are_drawn(page, site):
    page.goto((site / "solutions" / f"{LESSON}.html").as_uri())
    page.locator(".math mjx-container svg").first.wait_for()
    assert page.locator(".math mjx-container").count() == page.locator(".math").count() > 0
    assert page.locator("[data-mjx-error]").count() == 0


def test_the_heads_of_tables_of_numbers_are_seen(page, site):
    page.goto((site / "solutions" / f"{LESSON}.html").as_uri())
    assert page.locator("table.dataframe th", has_text="frechet").first.is_visible()


@pytest.mark.parametrize("width", NARROW)
def test_only_code_and_outputs_scroll_sideways(page, site, width):
    page.set_viewport_size({"width": width, "height": 900})
    for path in sorted(site.rglob("*.html")):
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        right = page.evaluate(
            "Math.max(0, ...[...document.querySelectorAll('article :is(p, h1, h2, li):not(.cell_output *)')]"
            ".filter(each => !each.closest('table')).map(each => each.getBoundingClientRect().right))"
        )
        assert 0 <= right <= width, path


def _contrast(page):
    """Of the page's text against its background, from 1 to 21."""
    return page.evaluate(
        """() => {
          const light = colour => {
            const parts = colour.match(/[\\d.]+/g).slice(0, 3).map(Number).map(x => x / 255);
            const [r, g, b] = parts.map(x => x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const style = getComputedStyle(document.body);
          const [low, high] = [light(style.color), light(style.backgroundColor)].sort((a, b) => a - b);
          return [(high + 0.05) / (low + 0.05), light(style.backgroundColor)];
        }"""
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_and_dark_follow_the_reader(page, site, scheme):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 800, "height": 1000})
    page.goto((site / "solutions" / f"{LESSON}.html").as_uri())
    page.locator(".math mjx-container svg").first.wait_for()
    contrast, background = _contrast(page)
    assert contrast > 7
    assert (background < 0.1) == (scheme == "dark")
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"site-{scheme}.png")


def test_slides_keep_what_they_show_within_reach(page, slides):
    page.goto(slides.as_uri())
    page.get_by_role("link", name="How few numbers can draw a letter?").click()
    page.wait_for_function("window.Reveal && Reveal.isReady()")
    total = page.evaluate("Reveal.getTotalSlides()")
    assert total > 20
    too_long = []
    for number in range(total):
        slide = page.evaluate(
            """() => {
              const slide = Reveal.getCurrentSlide();
              return {
                title: slide.querySelector('h1, h2').innerText,
                scrolls: getComputedStyle(slide).overflowY, height: slide.scrollHeight,
                wide: slide.scrollWidth - slide.clientWidth,
                figures: [...slide.querySelectorAll('img')].map(each => [each.clientWidth, each.clientHeight]),
              };
            }"""
        )
        assert slide["title"]
        assert slide["wide"] <= 0, slide
        assert all(100 < width <= 1280 and 100 < height <= 640 for width, height in slide["figures"]), slide
        if slide["height"] > 800:
            assert slide["scrolls"] == "auto"
            too_long.append(slide["title"])
        if slide["figures"]:
            SCREENSHOTS.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=SCREENSHOTS / "slide.png")
        page.evaluate("Reveal.next()")
        assert page.evaluate("Reveal.getSlidePastCount()") == min(number + 1, total - 1)
    assert len(too_long) <= total / 10, json.dumps(too_long)


def test_speaker_notes_open(page, slides):
    page.goto((slides.parent / "02_models" / "03_autoencoders.html").as_uri())
    page.wait_for_function("window.Reveal && Reveal.isReady()")
    with page.expect_popup() as opened:
        page.keyboard.press("s")
    opened.value.get_by_text("For teachers, 50 minutes.").wait_for()
