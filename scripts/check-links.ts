// Checks that the documentation leads somewhere: every relative link, every anchor, and every path of the repository that is
// named in backticks. Decisions describe the code of their time; only their links are checked.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const root = join(import.meta.dirname, '..');
const documents = [
  ...readdirSync(root).filter((file) => file.endsWith('.md')),
  ...['docs', '.github'].flatMap((folder) =>
    existsSync(join(root, folder))
      ? readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
          .filter((file) => file.endsWith('.md'))
          .map((file) => `${folder}/${file}`)
      : [],
  ),
];

const read = (file: string) => readFileSync(join(root, file), 'utf8');
const withoutCode = (markdown: string) => markdown.replaceAll(/^```.*?^```/gms, '');

/** The anchors that GitHub makes of headings. */
function anchorsOf(file: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of withoutCode(read(file)).matchAll(/^#{1,6} (.+)$/gm)) {
    const slug = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-');
    let anchor = slug;
    for (let count = 1; anchors.has(anchor); count++) anchor = `${slug}-${count}`;
    anchors.add(anchor);
  }
  return anchors;
}

function problemOf(file: string, link: string): string | null {
  if (/^(?:https?|mailto):/.test(link)) return null;
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? file : normalize(join(dirname(file), decodeURIComponent(path)));
  if (target.startsWith('..')) return `${file} links to ${link}, outside the repository`;
  if (!existsSync(join(root, target))) return `${file} links to ${link}, which does not exist`;
  if (anchor !== undefined && target.endsWith('.md') && !anchorsOf(target).has(anchor))
    return `${file} links to ${link}, and ${target} has no such heading`;
  return null;
}

/** Paths with a placeholder or a pattern, such as `src/tools/<name>.ts`, name no one file. */
const path = /`((?:src|test|scripts|docs|bench|migrations|\.github)\/[\w./-]+)`/g;

const problems = documents.flatMap((file) => {
  const text = withoutCode(read(file));
  const links = [...text.matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)/g)].map(([, link = '']) => link);
  const paths = /^(?:docs\/decisions\/|CHANGELOG\.md)/.test(file)
    ? []
    : [...text.matchAll(path)].map(([, name = '']) => name);
  return [
    ...links.flatMap((link) => problemOf(file, link) ?? []),
    ...paths
      .filter((name) => !existsSync(join(root, name)))
      .map((name) => `${file} names ${name}, which does not exist`),
  ];
});

if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}
console.log(`${documents.length} documents, links lead somewhere`);
