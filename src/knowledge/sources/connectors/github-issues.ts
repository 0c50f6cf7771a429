import { z } from 'zod';
import type { Ctx } from '../../../platform/context.ts';
import type { Content, SourceContext } from '../connector.ts';
import { GithubComment, GithubIssue, requestGithub } from './github-request.ts';

const commentsPerPage = 100;
/** Further comments are not read. */
const maxCommentPages = 10;

/** Reads an issue and its comments as Markdown; null when it does not exist. */
export async function readIssue(
  ctx: Ctx,
  source: SourceContext<'github'>,
  number: string,
): Promise<Content | null> {
  const issue = await requestGithub(ctx, source, `/issues/${number}`, GithubIssue);
  if (issue === null) return null;
  const comments: z.output<typeof GithubComment>[] = [];
  for (let page = 1; issue.comments > comments.length && page <= maxCommentPages; page += 1) {
    const path = `/issues/${number}/comments?per_page=${commentsPerPage}&page=${page}`;
    const found = (await requestGithub(ctx, source, path, z.array(GithubComment))) ?? [];
    comments.push(...found);
    if (found.length < commentsPerPage) break;
  }
  const title = `${issue.title} (#${issue.number})`;
  const labels = issue.labels.map((label) => (typeof label === 'string' ? label : label.name));
  const about = [`State: ${issue.state}`, labels.length > 0 ? `Labels: ${labels.join(', ')}` : ''];
  const body = [
    `# ${title}`,
    about.filter((line) => line !== '').join('. '),
    issue.body ?? '',
    ...comments.map(({ user, body }) => `## Comment of ${user?.login ?? 'ghost'}\n\n${body ?? ''}`),
  ];
  return {
    url: issue.html_url,
    title,
    name: `${title}.md`,
    body: body
      .filter((part) => part.trim() !== '')
      .join('\n\n')
      .toWellFormed()
      .replaceAll('\0', ''),
  };
}
