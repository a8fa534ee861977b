"""reports/index.html in a browser, from disk: Debian's chromium, headless."""

import pytest

SECTIONS = [
    "summary", "comparison", "gallery", "samples", "judge", "reconstructions", "latent", "traversals", "interpolations",
    "styles", "forming", "stacks", "likelihood", "anomalies", "denoising", "compression", "memorisation", "training",
    "cards", "metrics", "provenance",
]  # fmt: skip
KEYS = ("rae", "vae_conv", "vae_conditional", "gan_dcgan", "vae_anomaly")


@pytest.fixture
def page(browser, write_report):
    found = browser.new_page(viewport={"width": 1280, "height": 900})
    found.asked, found.errors = [], []
    found.on("request", lambda request: found.asked.append(request.url))
    found.on("pageerror", lambda error: found.errors.append(str(error)))
    found.goto((write_report(KEYS) / "index.html").as_uri())
    yield found
    found.close()


def column(page, number):
    return page.locator(f"#comparison tbody tr td:nth-child({number})").all_inner_texts()


def test_the_page_opens_from_disk_sorts_filters_and_shows_every_picture(page):
    assert page.locator("section").evaluate_all("all => all.map(one => one.id)") == SECTIONS
    assert page.locator("nav a").count() == len(SECTIONS)
    assert page.locator("img").count() > 40
    assert page.evaluate("[...document.images].every(image => image.complete && image.naturalWidth > 0)")
    assert [url for url in page.asked if not url.startswith(("file:", "data:"))] == []

    assert column(page, 1) == list(KEYS)
    page.locator("#comparison th button").first.click()
    assert column(page, 1) == sorted(KEYS)
    page.locator("#comparison th button").first.click()
    assert column(page, 1) == sorted(KEYS, reverse=True)
    page.locator("#comparison th button", has_text="NLL").click()
    assert column(page, 9)[-2:] == ["–", "–"]  # what is absent stays below
    assert page.locator("#comparison th[aria-sort=descending]").count() == 1
    assert "importance" in page.locator("#comparison th", has_text="NLL").get_attribute("title")

    page.locator("select[name=kind]").select_option("GAN")
    assert page.locator("#comparison tbody tr:visible").all_inner_texts()[0].startswith("gan_dcgan")
    assert page.locator("#comparison tbody tr:visible").count() == 1
    assert page.locator("#interpolations figure:visible").count() == 1

    page.locator("select[name=kind]").select_option("all")
    page.evaluate("location.hash = 'card-rae'")
    card = page.locator("#card-rae")
    card.locator(".pictures img").first.wait_for()
    assert card.locator(".pictures img").count() == page.locator("figure[id^='rae-']").count() > 5
    assert card.locator(".equation svg").count() == 2
    page.set_viewport_size({"width": 400, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    overview = page.locator("#summary figure.chart")  # scrolls, so that its labels stay readable
    assert overview.evaluate("figure => figure.scrollWidth > figure.clientWidth")
    assert page.errors == []
