import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readText, root, type Source, type Text } from './source.ts';

const ignoredFolders = new Set(['node_modules', 'dist', '.git', '.wrangler', '.agentgrid']);

/** Names of products and packages that resemble file names, and generated files. */
const notFiles = /^(?:node|next|pdf|vue|decimal)\.js$|\.d\.ts$/i;
const filePattern =
  /(?<![\w/@.:*-])(?:[\w.*-]+\/)*[\w*-][\w.*-]*\.(?:ts|js|mjs|md|sql|sh)\b(?![\w/-])/g;
const folderPattern =
  /(?<![\w/@.:-])(?:src|test|docs|scripts|bench|migrations|findings|\.ci)\/[\w./*-]*[\w*]/g;

/** Paths of the repository's files and folders, without ignored ones. */
function listPaths(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (ignoredFolders.has(entry.name)) return [];
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    return entry.isDirectory() ? [path, ...listPaths(path)] : [path];
  });
}

function pathChecker(): (reference: string) => boolean {
  const paths = listPaths('').map((path) => `/${path}`);
  const known = new Map<string, boolean>();
  const exists = (reference: string): boolean => {
    if (reference.includes('*')) {
      const pattern = reference.split('*').map((part) => part.replaceAll('.', '\\.'));
      const wanted = new RegExp(`/${pattern.join('[^/]*')}$`);
      return paths.some((path) => wanted.test(path));
    }
    return paths.some(
      (path) => path.endsWith(`/${reference}`) || path.endsWith(`/${reference}.ts`),
    );
  };
  return (reference) => {
    const found = known.get(reference) ?? exists(reference);
    known.set(reference, found);
    return found;
  };
}

/** Returns the paths that a text names, URLs and targets of links excepted. */
function referencesIn(text: string): string[] {
  const prose = text.replaceAll(/\b[a-z]+:\/\/\S+|\]\([^)\s]*\)/g, '');
  const references = [...prose.matchAll(filePattern), ...prose.matchAll(folderPattern)];
  return [...new Set(references.map(([reference]) => reference.replace(/^\.\//, '')))].filter(
    (reference) => !notFiles.test(reference),
  );
}

const headingIds = (markdown: string): Set<string> =>
  new Set(
    [...markdown.matchAll(/^#{1,6} +(.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );

/** Reports links to a file or a heading that does not exist. */
function brokenLinks(page: string, markdown: string): string[] {
  return [...markdown.matchAll(/\]\((?!\w+:)([^)\s#]*)(?:#([^)\s]*))?\)/g)].flatMap(
    ([, path = '', anchor]) => {
      const target = path === '' ? page : join(dirname(page), path);
      if (!existsSync(join(root, target)))
        return [`${page} links to ${path}, which does not exist`];
      if (anchor === undefined || !target.endsWith('.md')) return [];
      return headingIds(readText(target)).has(anchor)
        ? []
        : [`${page} links to ${path}#${anchor}, which does not exist`];
    },
  );
}

/** Returns the requirement numbers that docs/security.md lists, or null if the page does not exist. */
function listedRequirements(): Set<string> | null {
  if (!existsSync(join(root, 'docs/security.md'))) return null;
  return new Set(readText('docs/security.md').match(/\bR\d{1,2}\b/g));
}

/** Every path, link and requirement number that a comment or a page names must exist. */
export function checkReferences(sources: readonly Source[], pages: readonly string[]): string[] {
  const pathExists = pathChecker();
  const requirements = listedRequirements();
  const check = (file: string, { line, value }: Text): string[] => [
    ...referencesIn(value)
      .filter((reference) => !pathExists(reference))
      .map((reference) => `${file}:${line} names ${reference}, which does not exist`),
    // R2 also names the object storage.
    ...[...value.matchAll(/\bR\d{1,2}\b/g)]
      .filter(([number]) => number !== 'R2' && requirements?.has(number) === false)
      .map(([number]) => `${file}:${line} names ${number}, which docs/security.md does not list`),
  ];
  return [
    ...sources.flatMap(({ file, comments, strings }) => [
      ...comments.flatMap((comment) => check(file, comment)),
      ...strings
        .filter(({ value }) => /\bR\d{1,2}\b/.test(value))
        .flatMap((text) =>
          check(file, { ...text, value: text.value.replaceAll(/\S*[./]\S*/g, '') }),
        ),
    ]),
    ...pages.flatMap((page) => {
      const markdown = readText(page);
      return [
        ...brokenLinks(page, markdown),
        ...markdown.split('\n').flatMap((value, index) => check(page, { line: index + 1, value })),
      ];
    }),
  ];
}
