import { dirname, join } from 'node:path/posix';

/** The imports of a file, by paths from `src`. Imports of types are left out, since they do not exist at run time. */
export interface Imports {
  readonly eager: readonly string[];
  /** Targets of `import()`. */
  readonly lazy: readonly string[];
}

const eagerImport = /^(?:import|export)\s+(?!type\b)(?:[^;'"]*?\sfrom\s+)?'(\.[^']+\.ts)'/gm;
const onlyTypes = /^(?:import|export)\s+\{(?:\s*type\s[^,}]+,?)+\s*\}/;
const lazyImport = /(?<!typeof\s)\bimport\(\s*'(\.[^']+\.ts)'\s*\)/g;

/** Returns the imports of a file of `src` with this source text. */
export function readImports(file: string, text: string): Imports {
  const resolve = ([, target = '']: RegExpExecArray) => join(dirname(file), target);
  return {
    eager: [...text.matchAll(eagerImport)]
      .filter(([statement]) => !onlyTypes.test(statement))
      .map(resolve),
    lazy: [...text.matchAll(lazyImport)].map(resolve),
  };
}

/**
 * Reports files that are loaded on demand and import the index of a feature, or a file at the root of `src`, directly or through
 * others: the bundler wraps every file that can be reached on demand, so nearly the whole Worker would start more slowly.
 */
export function checkLazyImports(graph: ReadonlyMap<string, Imports>): string[] {
  const targets = new Set([...graph.values()].flatMap(({ lazy }) => lazy));
  return [...targets].flatMap((target) => {
    const path = pathToFeature(graph, [target], new Set());
    return path === null
      ? []
      : [
          `${target} is loaded on demand and imports a feature (${path.join(' -> ')}): the bundler then wraps all that the feature imports, which makes the start slower. Import the file that is needed, or pass it in (docs/decisions/0051-start-up.md)`,
        ];
  });
}

function pathToFeature(
  graph: ReadonlyMap<string, Imports>,
  path: readonly [string, ...string[]],
  seen: Set<string>,
): readonly string[] | null {
  const file = path.at(-1) ?? '';
  if (seen.has(file)) return null;
  seen.add(file);
  if (path.length > 1 && isFeature(file)) return path;
  for (const next of graph.get(file)?.eager ?? []) {
    const found = pathToFeature(graph, [...path, next], seen);
    if (found !== null) return found;
  }
  return null;
}

/** True for `<feature>/index.ts` and for files such as `app.ts` and `features.ts`. */
const isFeature = (file: string): boolean => !file.includes('/') || /^[^/]+\/index\.ts$/.test(file);
