import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readManifest } from '../../scripts/backup/manifest.ts';

it('tells a directory that does not exist from one without a complete backup', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'agentgrid-manifest-'));
  try {
    await expect(readManifest(join(directory, 'typo'))).rejects.toThrow(/typo does not exist\.$/);
    await expect(readManifest(directory)).rejects.toThrow('has no complete backup');
  } finally {
    rmSync(directory, { recursive: true });
  }
});
