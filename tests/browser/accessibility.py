"""What axe-core finds wrong on a page."""

from __future__ import annotations


def violations(page: object, **options: object) -> list[dict]:
    """Every violation with its nodes. The checker is put into the page once; what it finds right stays there."""
    from axe_playwright_python.sync_playwright import Axe

    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    return page.evaluate("options => axe.run(options).then(found => found.violations)", {"resultTypes": ["violations"], **options})
