import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Api } from './api.ts';
import { usageError } from './exit.ts';
import type { Output } from './output.ts';

interface Exported {
  readonly agent: { readonly slug: string };
  readonly config: { readonly instructions: string };
  readonly exported_at?: string;
}

/** Instructions with more lines are written to a file of their own, where a review can read them. */
const maxLines = 1;

/** Writes the manifests of agents. A file that is there already is replaced only with `force`. */
export async function exportAgents(
  api: Api,
  output: Output,
  agents: readonly string[],
  { out = '.', force }: { readonly out?: string | undefined; readonly force: boolean },
): Promise<string[]> {
  if (agents.length === 0) throw usageError('Name the agents to export, by slug or id.');
  const written: string[] = [];
  for (const agent of agents) {
    const { exported_at: _, ...manifest } = await api.call<Exported>(
      'GET',
      `/agents/${encodeURIComponent(agent)}/export`,
    );
    const { slug } = manifest.agent;
    const { instructions } = manifest.config;
    const isLong = instructions.split('\n').length > maxLines;
    const files = new Map([
      [
        join(out, `${slug}.agent.json`),
        `${JSON.stringify(
          isLong
            ? { ...manifest, config: { ...manifest.config, instructions: { file: `${slug}.md` } } }
            : manifest,
          null,
          2,
        )}\n`,
      ],
      ...(isLong ? ([[join(out, `${slug}.md`), instructions]] as const) : []),
    ]);
    for (const path of files.keys())
      if (!force && existsSync(path)) throw usageError(`${path} exists. Replace it with --force.`);
    mkdirSync(out, { recursive: true });
    for (const [path, text] of files) {
      writeFileSync(path, text);
      written.push(path);
      output.note(`Wrote ${path}.`);
    }
  }
  return written;
}
