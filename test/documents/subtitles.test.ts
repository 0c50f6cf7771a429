import { describe, expect, it } from 'vitest';
import { extractDocument } from '../../src/documents/extract.ts';
import { DocumentFault } from '../../src/documents/fault.ts';
import { formats } from '../../src/documents/formats.ts';
import { newWorkspace } from '../support/api.ts';
import { newBase, uploadForm } from '../support/files.ts';

const extract = async (kind: 'vtt' | 'srt', content: string | Uint8Array<ArrayBuffer>) =>
  (
    await extractDocument(
      formats[kind],
      typeof content === 'string' ? Uint8Array.from(new TextEncoder().encode(content)) : content,
    )
  ).text;
const cue = (start: string, end: string, text: string) => `00:${start} --> 00:${end}\n${text}\n`;

describe('subtitles', () => {
  it('become paragraphs of one speaker each that begin with their time', async () => {
    const text = await extract(
      'vtt',
      [
        'WEBVTT Meeting\nKind: captions\n',
        'STYLE\n::cue { color: red }\n',
        'NOTE\nnot shown\n',
        `intro\n${cue('01.000', '03.500 align:start line:0', '<v.loud Ann Lee>Hello <i>everyone</i> &amp; welcome.</v>')}`,
        cue('03.500', '05.000', '<v Ann Lee>Let us <00:00:04.000><c.x>start</c>.'),
        cue('05.000', '06.000', '<v Bob>Yes.</v>\n<v Ann Lee>Good.</v>'),
        '01:02:03.000 --> 01:02:04.000\n<v Ann Lee>After a pause.\n',
      ].join('\n'),
    );
    expect(text).toBe(
      '[00:00:01] Ann Lee: Hello everyone & welcome. Let us start.\n\n[00:00:05] Bob: Yes.\n\n[00:00:05] Ann Lee: Good.\n\n[01:02:03] Ann Lee: After a pause.',
    );
  });

  it('name speakers that meeting software writes before a colon once per paragraph', async () => {
    const lines = ['Ann Lee: One.', 'Ann Lee: Two.', 'and three.', 'Bob: Four.'];
    const cues = lines.map(
      (line, index) => `${index}\n00:00:0${index},000 --> 00:00:0${index + 1},000\n${line}\n`,
    );
    expect(await extract('srt', cues.join('\n'))).toBe(
      '[00:00:00] Ann Lee: One. Two. and three.\n\n[00:00:03] Bob: Four.',
    );
  });

  it('show scrolling captions once', async () => {
    const scrolling = [
      cue('00.000', '02.000', 'we begin<00:00:01.000><c> with</c>'),
      cue('02.000', '02.010', 'we begin with'),
      cue('02.010', '04.000', 'we begin with\nthe first'),
      cue('04.000', '04.010', 'the first'),
      cue('04.010', '06.000', 'the first\nchapter'),
    ];
    expect(await extract('vtt', `WEBVTT\n\n${scrolling.join('\n')}`)).toBe(
      '[00:00:00] we begin with the first chapter',
    );
  });

  it('are split at a sentence when nobody pauses, and joined without spaces in scripts that have none', async () => {
    const long = Array.from({ length: 30 }, (_, index) =>
      cue(
        `${10 + index}.000`,
        `${11 + index}.000`,
        `This is sentence number ${index} of the talk.`,
      ),
    );
    const paragraphs = (await extract('vtt', `WEBVTT\n\n${long.join('\n')}`)).split('\n\n');
    expect(paragraphs.length).toBeGreaterThan(1);
    for (const paragraph of paragraphs) expect(paragraph).toMatch(/^\[00:00:\d\d\] This .*talk\.$/);
    expect(
      await extract(
        'vtt',
        `WEBVTT\n\n${cue('01.0', '02.0', '明天')}\n${cue('02.0', '03.0', '开会')}`,
      ),
    ).toBe('[00:00:01] 明天开会');
  });

  it('are read in SubRip with tags, missing empty lines, other encodings and Windows line ends', async () => {
    const source =
      '\ufeff1\r\n00:00:01,000 --> 00:00:02,000 X1:10 Y1:20\r\n{\\an8}<font color="red">C\'est</font> l\'été\r\n2\r\n00:00:02,000 --> 00:00:03,000\r\n5 < 6 > 4\r\n';
    const shown = "[00:00:01] C'est l'été 5 < 6 > 4";
    expect(await extract('srt', source)).toBe(shown);
    const latin = Uint8Array.from(source.slice(1), (letter) => letter.charCodeAt(0));
    expect(await extract('srt', latin)).toBe(shown);
    const wide = Uint8Array.from(source, (letter) => letter.charCodeAt(0));
    const utf16 = new Uint8Array(source.length * 2);
    const view = new DataView(utf16.buffer);
    for (let at = 0; at < source.length; at += 1)
      view.setUint16(at * 2, source.charCodeAt(at), true);
    expect(wide.length).toBe(source.length);
    expect(await extract('srt', utf16)).toBe(shown);
  });

  it('report files without cues, and read hostile ones in linear time (R24)', async () => {
    const fault = await extract('vtt', 'WEBVTT\n\nNOTE nothing').catch((error: unknown) => error);
    expect(fault).toMatchObject({ code: 'empty_document' });
    expect(fault).toBeInstanceOf(DocumentFault);
    const hostile = `${'<a'.repeat(200_000)}${'{\\'.repeat(200_000)}${'&'.repeat(200_000)}${'A.'.repeat(100_000)}`;
    const before = performance.now();
    await extract('vtt', `WEBVTT\n\n${cue('01.000', '02.000', hostile)}`);
    await extract('srt', '00:00:01,000 --> 00:00:02,000\nx\n'.repeat(20_000));
    expect(performance.now() - before).toBeLessThan(20_000);
    const workspace = await newWorkspace();
    const path = `/knowledge-bases/${await newBase(workspace)}/files`;
    const upload = async (name: string, content: string) =>
      (await uploadForm(workspace, path, [{ name, content }])).body.detail;
    expect(await upload('a.vtt', '1\n00:01 --> 00:02\nx')).toContain('missing `WEBVTT`');
    expect(await upload('a.srt', 'words')).toContain('missing `-->`');
  });
});
