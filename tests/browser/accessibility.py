"""What axe-core finds wrong on a page."""

from __future__ import annotations

# The contrast of text is most of the checker's work. At another width it is judged again where something that decides it has changed, and
# wherever an element lies out of the flow, so that something else may have come to lie behind it; the rest of the page looks as it did.
RUN = """async options => {
  const decides = ["display", "visibility", "opacity", "color", "backgroundColor", "backgroundImage", "fontSize", "fontWeight", "textShadow", "filter"];
  const looks = new Map([...document.querySelectorAll("html, body, body *")].map(element => {
    const style = getComputedStyle(element);
    return [element, decides.map(name => style[name]).join() + (style.position === "static" ? "" : Math.random())];
  }));
  const before = window.judgedLooks;
  window.judgedLooks = looks;
  const judge = (where, how) => axe.run(where, {resultTypes: ["violations"], ...how}).then(found => found.violations);
  if (!before) return judge(document, options);
  const anew = [...looks.keys()].filter(element => looks.get(element) !== before.get(element));
  const faults = await judge(document, {...options, rules: {...options.rules, "color-contrast": {enabled: false}}});
  return anew.length ? [...faults, ...await judge({include: anew}, {runOnly: ["color-contrast"]})] : faults;
}"""


def violations(page: object, **options: object) -> list[dict]:
    """Every violation with its nodes. The checker is put into the page once, and knows what it has judged there."""
    from axe_playwright_python.sync_playwright import Axe

    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    return page.evaluate(RUN, options)
