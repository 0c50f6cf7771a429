import { describe, it } from 'vitest';
import { violations } from './axe.ts';
import { addressOf, embed } from './chat.ts';
import type { Stage } from './stage.ts';

export function languageTests(stage: () => Stage): void {
  describe.concurrent('the language of the chat', () => {
    it('is that of the tag, of the page, or of the labels of the site, with its direction', async ({
      expect,
    }) => {
      const own = await stage().apart();
      const address = addressOf(await own.link((await own.agent([{ text: ['Hello.'] }])).id));
      const { page, faults } = await stage().page();
      const open = (attributes: string, html: string) =>
        page.goto(embed(stage(), address, `${attributes} data-open`, html));
      const direction = () =>
        page.evaluate<string>(
          "(({ dir, lang }) => dir + ' ' + lang)(document.querySelector('agentgrid-chat').shadowRoot.firstElementChild)",
        );
      await open('data-lang="de-AT"', '<html lang="en">');
      await page.getByRole('textbox', { name: 'Nachricht' }).waitFor();
      expect(await direction()).toBe('ltr de-AT');
      await open('', '<html lang="ar">');
      await page.getByRole('textbox', { name: 'الرسالة' }).waitFor();
      expect(await direction()).toBe('rtl ar');
      expect(await violations(page)).toEqual([]);
      const panel = await page.getByRole('dialog').boundingBox();
      expect(panel?.x).toBeLessThan(100);
      const labels = JSON.stringify({ message: 'הודעה', send: 'שליחה', nothing: 'x' });
      await open(`data-lang="he" data-labels='${labels}'`, '<html lang="en">');
      await page.getByRole('textbox', { name: 'הודעה' }).waitFor();
      await page.getByRole('button', { name: 'Attach a file' }).waitFor();
      expect(await direction()).toBe('rtl he');
      await open(`data-lang="fr" data-labels="no JSON"`, '<html lang="de">');
      await page.getByRole('textbox', { name: 'Message' }).waitFor();
      expect(await direction()).toBe('ltr en');
      expect(faults).toEqual([]);
      await page.close();
    });

    it('is that of the browser on the page of a link', async ({ expect }) => {
      const own = await stage().apart();
      const link = await own.link((await own.agent([{ text: ['Hello.'] }])).id);
      const { page, faults } = await stage().page({ locale: 'de-DE' });
      await page.goto(link);
      await page.getByRole('button', { name: 'Senden' }).waitFor();
      expect(await page.evaluate<string>('document.documentElement.lang')).toMatch(/^de/);
      // The server's own texts are in English.
      await page.locator('input[type=file]').setInputFiles({
        ...{ name: 'tool.exe', mimeType: 'application/octet-stream' },
        buffer: Buffer.from([77, 90, 0, 0, 255, 254]),
      });
      await page.getByText('Dateien dieses Typs können nicht angehängt werden.').waitFor();
      expect(faults).toEqual([]);
      await page.close();
    });
  });
}
