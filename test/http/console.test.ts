import { exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';

const read = (path: string) => exports.default.fetch(new Request(`https://agentgrid.test${path}`));

describe('the page of the console', () => {
  it('is the same for every address below, with a strict policy and no inline code (R71)', async () => {
    const paths = ['/console', '/console/', '/console/ws_01kajv2q5ve0mt8h2vj3c6x7ra/agents?q=a'];
    const pages = await Promise.all(paths.map(read));
    for (const page of pages) {
      expect(page.status).toBe(200);
      const policy = page.headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
      expect(policy).not.toContain('unsafe');
      expect(policy).toContain("frame-ancestors 'none'");
      expect(page.headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    }
    const [first, ...others] = await Promise.all(pages.map((page) => page.text()));
    for (const other of others) expect(other).toBe(first);
    expect(first).not.toMatch(/<script(?![^>]*\bsrc=)|\bon\w+=|style=/);
  });

  it('is not what a missing file of a former build gets', async () => {
    expect((await read('/console/build/main-00000000.js')).status).toBe(404);
  });
});
