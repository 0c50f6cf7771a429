import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { screens } from '../../../scripts/console-sample/screens.ts';
import { toCsv } from '../../../src/console/ui/csv.ts';

const root = join(import.meta.dirname, '../../../src/console/screens');

/** The routes of an area, such as `/:agent/versions`, by the files that register them; those that lead to further routes are not screens. */
const routesOf = (area: string): string[] =>
  readdirSync(join(root, area), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.tsx'))
    .flatMap((file) => {
      const source = readFileSync(join(root, area, file), 'utf8');
      if (!source.includes('<Route')) return [];
      const routes = [...source.matchAll(/<Route\s+path="([^"]+)"(\s+nest)?/g)]
        .filter(([, , nests]) => nests === undefined)
        .map(([, path = '']) => path);
      const parts = [...source.matchAll(/\bpath: '([^']+)'(.*)/g)]
        .filter(([, , rest = '']) => !rest.includes('isNested'))
        .map(([, path = '']) => path);
      return [...routes, ...parts];
    })
    .map((path) => path.replaceAll(/:\w+/g, ':'));

it('names every screen that an area registers', () => {
  const missing: string[] = [];
  for (const area of readdirSync(root)) {
    const known = [
      ...new Set(screens.map(({ route }) => route).filter((one) => one.split('/')[1] === area)),
    ].map((route) => route.slice(area.length + 1).replaceAll(/:\w+/g, ':'));
    // The longest first, each by a screen of its own; a route of an inner switch is the end of an address.
    const routes = routesOf(area).sort((a, b) => b.length - a.length);
    for (const route of routes) {
      const exact = known.indexOf(route === '/' ? '' : route);
      const found =
        exact >= 0 ? exact : known.findIndex((one) => route === '/' || one.endsWith(route));
      if (found < 0) missing.push(`/${area} … ${route}`);
      else known.splice(found, 1);
    }
  }
  // Add it to `screens` in scripts/console-sample/screens.ts, and what it shows to the sample beside it.
  expect(missing).toEqual([]);
});

it('keeps what is typed: no text of a field is the state of a component', () => {
  const found: string[] = [];
  for (const file of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.tsx')) continue;
    const source = readFileSync(join(root, file), 'utf8');
    const setters = new Set(
      [...source.matchAll(/const \[\w+, (set\w+)\] = useState/g)].map(([, name]) => name),
    );
    const fields = source.matchAll(
      /<(?:Text|TextArea|Number|Lines|Json|Moment)Field\b(.*?)\/>|<(?:input|textarea)\b(.*?)\/>/gs,
    );
    for (const [field, own, plain] of fields) {
      // Secrets, what is chosen, and what is passed on to where it is kept.
      const isFree =
        /type="(?:password|file|color|search)"|one-time-code|data-secret|\bonChange\(|\bsetTyped\(/.test(
          field,
        );
      const setter = [...(own ?? plain ?? '').matchAll(/\bset[A-Z]\w*/g)].find(([name]) =>
        setters.has(name),
      );
      if (!isFree && setter !== undefined) found.push(`${file}: ${setter[0]}`);
    }
  }
  // Keep it by `useDraft`, so that a reload loses nothing; secrets are marked as such, and stay in the page.
  expect(found).toEqual([]);
});

it('has names that differ', () => {
  const names = screens.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

it('makes CSV in which no cell is a formula', () => {
  const texts = ['=1+1', '+1', '-1', '@a', '\u200b=1', '＝1', '\t=1', 'a=1', 'x,"y"'];
  const lines = toCsv(texts.map((one) => [one, -1, null])).split('\r\n');
  expect(lines.map((line) => line.replace(/,-1,$/, ''))).toEqual([
    ...["'=1+1", "'+1", "'-1", "'@a", "'\u200b=1", "'＝1", "'\t=1", 'a=1', '"x,""y"""', ''],
  ]);
});
