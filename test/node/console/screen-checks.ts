import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { axe } from '../browser/axe.ts';
import { elsewhere } from './corpus.ts';

/** Standards that axe measures; target sizes of WCAG 2.2 are off by default. */
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Waits until a screen is complete: nothing says that it is being loaded. */
export async function untilShown(page: Page): Promise<void> {
  await page.locator('#content h1').first().waitFor();
  await page
    .locator('#content .spinner, [role=dialog] .spinner')
    .first()
    .waitFor({ state: 'detached' });
}

/** Contrast of texts that axe could not measure, such as those that are cut off after some lines: no ground here is an image. */
const measure = `(nodes, where) => nodes.flatMap(({ target, html }) => {
  const node = document.querySelector(target.at(-1));
  const numbers = (color) => (/^rgba?\\(/.test(color) ? color.match(/[\\d.]+/g) : [NaN]).map(Number);
  const light = ([r, g, b]) => [[r, 0.2126], [g, 0.7152], [b, 0.0722]].reduce((sum, [value, weight]) => {
    const part = value / 255;
    return sum + weight * (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  }, 0);
  let ground = node;
  while (ground !== null && (numbers(getComputedStyle(ground).backgroundColor)[3] ?? 1) < 1) ground = ground.parentElement;
  const pair = [light(numbers(getComputedStyle(node).color)), light(numbers(getComputedStyle(ground ?? document.documentElement).backgroundColor))].sort((a, b) => b - a);
  const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
  return ratio >= 4.5 ? [] : [where + ' has a contrast of ' + ratio + ': ' + html.slice(0, 200)];
})`;

const describe = `(found, where) => found.flatMap(({ id, nodes }) =>
  nodes.slice(0, 3).map(({ html, any }) => where + ' ' + id + ': ' + html.slice(0, 200) + ' ' + (any[0]?.message ?? '').slice(0, 120)))`;

/** Returns violations that axe finds, and texts without contrast that it could not measure. */
export const inspect = (page: Page): Promise<string[]> =>
  page.evaluate<string[]>(`(async () => {
    const { violations, incomplete } = await axe.run(document, {
      runOnly: ${JSON.stringify(tags)}, resultTypes: ['violations', 'incomplete'],
      // A menu is beside the parts of the page while it is open.
      rules: { region: { enabled: document.querySelector('[role=menu]') === null } },
    });
    const unsure = incomplete.filter(({ id }) => id === 'color-contrast').flatMap(({ nodes }) => nodes);
    return [...(${describe})(violations, 'light'), ...(${measure})(unsure, 'light')];
  })()`);

/** The contrast of all texts, in the colours that are shown now. */
export const measureContrast = (page: Page): Promise<string[]> =>
  page.evaluate<string[]>(`(async () => {
    const { violations, incomplete } = await axe.run(document, { runOnly: { type: 'rule', values: ['color-contrast'] } });
    return [...(${describe})(violations, 'dark'), ...(${measure})(incomplete.flatMap(({ nodes }) => nodes), 'dark')];
  })()`);

export const loadAxe = (page: Page) => page.evaluate(axe);

/** Returns faults of the title and the headings. */
export const read = (page: Page): Promise<string[]> =>
  page.evaluate<string[]>(`(() => {
    const headings = document.querySelectorAll('h1');
    const names = document.title.split(' · ').slice(0, -1);
    return [
      ...(/ · AgentGrid$/.test(document.title) && names.some((name) => headings[0]?.textContent.includes(name.trim().slice(0, 20))) ? [] : ['title: ' + document.title]),
      ...(headings.length === 1 ? [] : [headings.length + ' headings of the first level']),
    ];
  })()`);

/** Returns everything that texts of the corpus have become, other than text. */
export const planted = (page: Page): Promise<string[]> =>
  page.evaluate<string[]>(`(() => {
    const found = [];
    if (window.planted !== undefined) found.push('A script ran.');
    const bad = (root) => {
      for (const one of root.querySelectorAll('*')) {
        if (one.shadowRoot !== null) bad(one.shadowRoot);
        if (one.matches('.planted, #planted, iframe:not([title]), video, base, meta[http-equiv], math, [onclick], [onerror], [onload]'))
          found.push('planted: ' + one.outerHTML.slice(0, 120));
        for (const name of ['href', 'src', 'action', 'xlink:href', 'srcset', 'formaction', 'style']) {
          const value = one.getAttribute(name) ?? '';
          if (/^\\s*(?:javascript|vbscript|data|file):/i.test(value)) found.push(name + ': ' + value.slice(0, 80));
          if (!URL.canParse(value, location.href) || new URL(value, location.href).host !== '${elsewhere}') continue;
          const isLink = name === 'href' && one.localName === 'a' && one.target === '_blank' && /noopener/.test(one.rel);
          if (!isLink || !(one.title + one.textContent).includes('${elsewhere}')) found.push('leads elsewhere: ' + one.outerHTML.slice(0, 120));
        }
      }
    };
    bad(document);
    return found;
  })()`);

/** The widest part beyond the right edge, if a page scrolls sideways. */
export const overflow = (page: Page): Promise<string[]> =>
  page.evaluate<string[]>(`(() => {
    if (document.documentElement.scrollWidth <= innerWidth) return [];
    const wide = [...document.querySelectorAll('#content *, [role=dialog] *')].filter((one) => one.getBoundingClientRect().right > innerWidth + 1);
    return ['scrolls to ' + document.documentElement.scrollWidth + ': ' + (wide.at(-1)?.outerHTML ?? '').slice(0, 200)];
  })()`);

/** Above it, a person notices that a page moves ([web.dev](https://web.dev/articles/cls)). */
const maxShift = 0.1;

/** Watches what moves by itself from here on. */
export const watchLayout = (page: Page) =>
  page.evaluate(`(() => {
    const places = new Map();
    const place = (one) => one.getBoundingClientRect().top + (one.closest('[role=dialog]') === null ? document.querySelector('#content').scrollTop + scrollY : 0);
    const shifts = [];
    const observer = new PerformanceObserver((list) => shifts.push(...list.getEntries()));
    observer.observe({ type: 'layout-shift' });
    setInterval(() => {
      for (const one of document.querySelectorAll(':is(#content, [role=dialog]) [type=submit]')) if (!places.has(one)) places.set(one, place(one));
    }, 20);
    const name = ({ node }) => (node?.outerHTML ?? node?.parentElement?.outerHTML ?? 'what is gone').slice(0, 120);
    window.layout = {
      reset: () => { observer.takeRecords(); places.clear(); shifts.length = 0; },
      read: () => {
        shifts.push(...observer.takeRecords());
        const sum = shifts.reduce((total, { value }) => total + value, 0);
        const worst = shifts.sort((a, b) => b.value - a.value)[0];
        const moved = [...places].filter(([one, before]) => one.isConnected && Math.abs(place(one) - before) > 2);
        return [
          ...(sum > ${maxShift} ? ['moves by ' + sum.toFixed(2) + ': ' + worst.sources.map(name).join(' and ')] : []),
          ...moved.map(([one, before]) => 'a button moves from ' + before + ' to ' + place(one) + ': ' + one.outerHTML.slice(0, 120)),
        ];
      },
    };
  })()`);

/** Goes to an address without loading the page again, once the one before is as wide as a desktop and stands still. */
export const goTo = (page: Page, address: string) =>
  page.evaluate(`(async () => {
    const frame = () => new Promise(requestAnimationFrame);
    while (innerWidth !== 1280) await frame();
    await frame();
    await frame();
    layout.reset();
    history.pushState(null, '', ${JSON.stringify(address)});
  })()`);

/** Returns what has moved by itself since then. */
export const moved = (page: Page) => page.evaluate<string[]>('layout.read()');

/** Returns fields whose text a reload would lose, and secrets that the browser keeps. What was typed is taken back. */
export const unkept = (page: Page): Promise<string[]> =>
  page.evaluate<string[]>(`(async () => {
    const root = document.querySelector('[role=dialog]') ?? document.querySelector('#content');
    const kept = () => [localStorage, sessionStorage].flatMap((one) => Object.values(one)).join() + decodeURIComponent(location.search);
    const write = async (field, text) => {
      const { set } = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value');
      set.call(field, text);
      field.dispatchEvent(new Event('input', { bubbles: true }));
      await new Promise((resolve) => setTimeout(resolve));
    };
    const found = [];
    // A question of a search is lost without harm.
    const texts = ':is(textarea, [type=text], [type=url], [type=email], [type=password]):not(:disabled, [readonly], [role=combobox], [role=search] *)';
    for (const [index, field] of [...root.querySelectorAll(texts)].entries()) {
      if (!field.isConnected) continue;
      const { value, outerHTML } = field;
      const text = 'typed' + index + 'here';
      await write(field, text);
      const isSecret = field.matches('[type=password], [data-secret], [autocomplete=one-time-code]');
      if (kept().includes(text) === isSecret) found.push((isSecret ? 'a secret is kept: ' : 'not kept: ') + outerHTML.slice(0, 160));
      await write(field, value);
    }
    return found;
  })()`);

const watchFocus = `(() => {
  const inner = document.querySelector('[role=dialog], [role=alertdialog]') ?? document.querySelector('#content');
  const isShown = (one) => one.checkVisibility({ visibilityProperty: true }) && one.closest('[inert], [aria-hidden=true]') === null;
  const controls = [...inner.querySelectorAll('a[href], button, input, select, textarea, summary, [role=button], [role=slider], [role=combobox]')]
    .filter((one) => isShown(one) && !one.disabled && one.tabIndex >= 0 && !(one.type === 'radio' && !one.checked));
  const hidden = [...inner.querySelectorAll('a[href], button, input, select, textarea')]
    .filter((one) => isShown(one) && !one.disabled && one.tabIndex < 0 && one.closest('[role=tablist], [role=toolbar], [role=radiogroup], [role=menu]') === null);
  const positive = [...document.querySelectorAll('[tabindex]')].filter(({ tabIndex }) => tabIndex > 0);
  const focused = [];
  const unseen = [];
  window.tabbed?.stop();
  const onFocus = ({ target }) => {
    focused.push(target);
    // The mark of a link that fills its row is around what fills it.
    const isMarked = (part) => {
      const { outlineStyle, boxShadow } = getComputedStyle(target, part);
      return outlineStyle !== 'none' || boxShadow !== 'none';
    };
    if (!isMarked() && !isMarked('::after')) unseen.push(target);
  };
  document.addEventListener('focusin', onFocus);
  const stop = () => document.removeEventListener('focusin', onFocus);
  if (inner.id === 'content') { inner.focus(); focused.length = 0; unseen.length = 0; }
  // A dialog begins at its first field.
  else focused.push(document.activeElement);
  window.tabbed = { inner, controls, hidden, positive, focused, unseen, stop };
  return controls.length;
})()`;

const readFocus = `(() => {
  const { inner, controls, hidden, positive, focused, unseen } = window.tabbed;
  const name = (one) => one.outerHTML.slice(0, 140);
  const isRadio = (one) => one.type === 'radio';
  const missed = controls.filter((one) => !isRadio(one) && !focused.includes(one));
  const own = focused.filter((one, index) => inner.contains(one) && focused.indexOf(one) === index);
  const first = own.findIndex((one) => one === controls[0]);
  const ordered = first < 0 ? own : [...own.slice(first), ...own.slice(0, first)];
  const late = ordered.filter((one, index) => index > 0 && !(ordered[index - 1].compareDocumentPosition(one) & (Node.DOCUMENT_POSITION_FOLLOWING)));
  return [
    ...missed.map((one) => 'not reached: ' + name(one)), ...hidden.map((one) => 'out of reach: ' + name(one)),
    ...positive.map((one) => 'own order: ' + name(one)), ...late.map((one) => 'before its time: ' + name(one)),
    ...[...new Set(unseen)].filter((one) => inner.contains(one)).map((one) => 'focus unseen: ' + name(one)),
  ];
})()`;

const isFocusInside = `(() => {
  const dialog = document.querySelector('[role=dialog], [role=alertdialog]');
  return dialog === null || dialog.contains(document.activeElement);
})()`;

/** Goes through a screen by Tab: what is not reached, reached in another order than it stands, or without a mark. */
export async function tabThrough(page: Page): Promise<string[]> {
  // A dialog takes the focus some frames after it is shown.
  await expect.poll(() => page.evaluate<boolean>(isFocusInside)).toBe(true);
  const count = await page.evaluate<number>(watchFocus);
  // Scrollable parts are stops, too. All presses are sent at once; the browser takes them one after the other.
  await Promise.all(Array.from({ length: count + 12 }, () => page.keyboard.press('Tab')));
  const found = await page.evaluate<string[]>(readFocus);
  if (found.length === 0) return found;
  // The focus that a page moves itself, such as from the end of a dialog to its start, may come after the next press.
  await page.evaluate(watchFocus);
  for (let press = 0; press < count + 12; press += 1) await page.keyboard.press('Tab');
  return page.evaluate<string[]>(readFocus);
}
