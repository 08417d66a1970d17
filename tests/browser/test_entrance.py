"""The entrance, as a learner meets it: the page that `genai-course lab` opens."""

from notebook_page import SCREENSHOTS, TOKEN, WAIT, NotebookPage


def test_the_entrance_leads_to_a_lesson(browser, lab):
    address, folder = lab
    before = (folder / "index.ipynb").read_bytes()
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(WAIT * 1000)
    page.goto(f"{address}/?token={TOKEN}")
    page.get_by_role("heading", name="Learn generative AI by making it").wait_for()
    entrance = page.locator(".jp-Notebook")
    entrance.get_by_role("cell", name="How few numbers can draw a letter?").wait_for()
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / "entrance.png")

    entrance.get_by_role("link", name="Autoencoders", exact=True).click()
    page.get_by_role("heading", name="How few numbers can draw a letter?").wait_for()
    NotebookPage(page, SCREENSHOTS).close()  # waits for the kernel: a server told to stop while one starts may hang
    assert (folder / "index.ipynb").read_bytes() == before
