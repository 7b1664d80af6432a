import AxeBuilder from '@axe-core/playwright';
import { expect, type Frame, type Page } from '@playwright/test';

/** One run tells everything that is wrong with how things look. */
const softly = expect.configure({ soft: true });

/** What the browser must look right at: a phone and a small laptop. */
export const SIZES = { phone: { width: 390, height: 844 }, laptop: { width: 1280, height: 800 } } as const;

/** Looks at what is on screen: axe finds nothing, everything fits, and pictures are kept for people to see. */
export async function look(page: Page, name: string): Promise<void> {
  // Colours on their way to others have contrasts nobody chose.
  for (const frame of page.frames()) await frame.evaluate(() => Promise.all(document.getAnimations().map((a) => a.finished.catch(() => {}))));
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.map((node) => node.target.join(' ')).join(', ')}`);
  softly(found, `axe on ${name}`).toEqual([]);
  await fits(page, name);
}

/** In every size and every visible frame: no sideways scrolling, controls within reach and large enough. */
export async function fits(page: Page, name: string): Promise<void> {
  const before = page.viewportSize();
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport);
    await page.screenshot({ path: `e2e/.out/shots/${name}-${size}.png` });
    for (const frame of page.frames()) {
      const element = frame.parentFrame() === null ? null : await frame.frameElement();
      if (element === null || (await element.isVisible())) {
        await softly.poll(() => misfits(frame), { message: `${name}, ${size}`, timeout: 3_000 }).toEqual([]);
      }
    }
  }
  if (before) await page.setViewportSize(before);
}

/** Lists what doesn't fit its window. Runs in the browser. */
function misfits(frame: Frame): Promise<string[]> {
  return frame.evaluate(() => {
    const { clientWidth: width, clientHeight: height, scrollWidth } = document.documentElement;
    const found = scrollWidth > width ? [`the page is ${scrollWidth} wide, the window ${width}`] : [];
    const roots: ParentNode[] = [document];
    for (const host of document.querySelectorAll('*')) if (host.shadowRoot) roots.push(host.shadowRoot);
    const scrolls = (element: Element | null): boolean =>
      element !== null && (/auto|scroll/.test(getComputedStyle(element).overflow) || scrolls(element.parentElement));
    const controls = roots.flatMap((root) => [...root.querySelectorAll('button, input, textarea, select, a[href], [role=button]')]);
    for (const control of controls) {
      const box = control.getBoundingClientRect();
      const style = getComputedStyle(control);
      // Hidden, there for screen readers only, or a link to skip what is above that waits for the focus.
      const skips = control.matches('a[href^="#"]') && box.bottom <= 0;
      if (!control.checkVisibility({ visibilityProperty: true, opacityProperty: true }) || box.width < 2 || skips) continue;
      const label = `${control.tagName.toLowerCase()} ${control.getAttribute('aria-label') ?? control.textContent.trim()}`;
      const pageScrolls = document.documentElement.scrollHeight > height;
      const out = box.left < -1 || box.right > width + 1 || (!pageScrolls && (box.top < -1 || box.bottom > height + 1));
      if (out && !scrolls(control)) found.push(`${label} is outside: ${JSON.stringify(box)}`);
      // What is in a label is chosen by all of it.
      const { width: wide, height: high } = control.closest('label')?.getBoundingClientRect() ?? box;
      if (style.display !== 'inline' && (wide < 24 || high < 24)) found.push(`${label} is only ${wide} x ${high}`);
    }
    return found;
  });
}
