import { z } from 'zod';
import { documentName, isSourceCode, maxBytes } from '../../../documents/index.ts';
import type { Ctx } from '../../../platform/context.ts';
import { isSelected, normalizePath } from '../../../web/index.ts';
import type { Connector, Listing, SourceContext } from '../connector.ts';
import { SourceFault } from '../fault.ts';
import { readIssue } from './github-issues.ts';
import { GithubIssue, GithubTree, requestGithub, streamGithub } from './github-request.ts';

const issuesPerPage = 100;
/** 10,000 issues, as many as a source has pages. */
const maxIssuePages = 100;
const issueKey = /^issues\/(\d+)$/;

/** The part of the repository that is listed next: its files at once, its issues page by page. */
interface Cursor {
  readonly part: 'files' | 'issues';
  readonly page: number;
}

/** Files and issues of a repository, by GitHub's REST API. Both are read again when their version changes. */
export const github: Connector<'github'> = {
  keepsUnlisted: false,
  needsStart: false,
  async list(ctx, source, cursor): Promise<Listing> {
    const { content } = source.settings;
    const hasFiles = content.includes('documents') || content.includes('code');
    const start = { part: hasFiles ? 'files' : 'issues', page: 1 } as const;
    const { part, page }: Cursor = cursor === null ? start : JSON.parse(cursor);
    if (part === 'issues') return listIssues(ctx, source, page);
    const pages = await listFiles(ctx, source);
    const rest: Cursor = { part: 'issues', page: 1 };
    return { pages, next: content.includes('issues') ? JSON.stringify(rest) : null };
  },
  async read(ctx, source, page, receive) {
    const [, number] = issueKey.exec(page.key) ?? [];
    if (number !== undefined) {
      const content = await readIssue(ctx, source, number);
      return content === null ? { kind: 'gone' } : receive(content);
    }
    const name = nameOf(page.key);
    if (name === null || page.version === null)
      throw new SourceFault('unsupported_media_type', 'Unsupported file type.');
    return streamGithub(ctx, source, `/git/blobs/${page.version}`, maxBytes.document, (stream) =>
      receive({ url: page.url, title: page.title, name, body: { stream, media_type: '' } }),
    );
  },
};

async function listFiles(ctx: Ctx, source: SourceContext<'github'>) {
  const { repository, ref, content } = source.settings;
  const path = `/git/trees/${encodeURIComponent(ref)}?recursive=1`;
  const found = await requestGithub(ctx, source, path, GithubTree);
  if (found === null)
    throw new SourceFault(
      'not_found',
      `Repository ${repository} or its \`ref\` ${ref} does not exist, or the token cannot read it.`,
    );
  // A part of the files would look like the removal of the others.
  if (found.truncated)
    throw new SourceFault('too_large', 'The repository has more files than GitHub lists at once.');
  return found.tree
    .filter(
      ({ type, path: file }) =>
        type === 'blob' &&
        nameOf(file) !== null &&
        content.includes(isSourceCode(file) ? 'code' : 'documents') &&
        isSelected(normalizePath(`/${file}`), source.settings),
    )
    .map(({ path: file, sha }) => ({
      key: `files/${file}`,
      url: `https://github.com/${repository}/blob/${ref}/${file.split('/').map(encodeURIComponent).join('/')}`,
      title: file,
      version: sha,
    }));
}

const nameOf = (path: string): string | null => documentName(path.split('/').at(-1) ?? '', '');

async function listIssues(
  ctx: Ctx,
  source: SourceContext<'github'>,
  page: number,
): Promise<Listing> {
  const path = `/issues?state=all&sort=created&direction=asc&per_page=${issuesPerPage}&page=${page}`;
  const found = await requestGithub(ctx, source, path, z.array(GithubIssue));
  if (found === null)
    throw new SourceFault('not_found', `Issues of ${source.settings.repository} cannot be read.`);
  const next: Cursor = { part: 'issues', page: page + 1 };
  const isLast = found.length < issuesPerPage || page >= maxIssuePages;
  return {
    pages: found
      .filter(({ pull_request }) => pull_request === undefined)
      .map(({ number, title, html_url, updated_at }) => ({
        key: `issues/${number}`,
        url: html_url,
        title: `${title} (#${number})`.slice(0, 300),
        version: updated_at,
      })),
    next: isLast ? null : JSON.stringify(next),
  };
}
