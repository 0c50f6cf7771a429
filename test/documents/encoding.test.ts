import { describe, expect, it } from 'vitest';
import { extractDocument } from '../../src/documents/extract.ts';
import { DocumentFault } from '../../src/documents/fault.ts';
import { type DocumentFormatName, formats } from '../../src/documents/formats.ts';
import { readWebPage } from '../../src/documents/web-page.ts';
import { newWorkspace } from '../support/api.ts';
import { newBase, settled, uploadForm } from '../support/files.ts';

const fromHex = (hex: string) =>
  Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const utf16 = (text: string, isBig: boolean) => {
  const view = new DataView(new ArrayBuffer(text.length * 2));
  for (let index = 0; index < text.length; index += 1)
    view.setUint16(index * 2, text.charCodeAt(index), !isBig);
  return new Uint8Array(view.buffer);
};
const read = async (
  kind: DocumentFormatName,
  bytes: Uint8Array<ArrayBuffer>,
  encoding: string | null = null,
) => (await extractDocument(formats[kind], bytes, { encoding })).text;
const faultOf = (
  kind: DocumentFormatName,
  bytes: Uint8Array<ArrayBuffer>,
  encoding: string | null = null,
) =>
  read(kind, bytes, encoding).then(String, (error: unknown) =>
    error instanceof DocumentFault ? error.code : error,
  );

/** `Imię;Ręka` in Windows-1250: too little to tell it from other Latin encodings. */
const undecidable = fromHex('496d69ea3b52ea6b610a');

describe('encodings', () => {
  it('of text are detected from its bytes', async () => {
    const samples: readonly (readonly [string, string])[] = [
      ['9594956994d48d862c909497ca0a8eb28ef32c31320a', '| 軸受 | 12 |'],
      ['b6a9b5a52cbdf0b6ee0ab7fecef1c6f72c3930300a', '| 服务器 | 900 |'],
      ['c7b0b8f12cbcf6b7ae0abfacc7ca2c33300a', '| 연필 | 30 |'],
      ['b2a3ab7e2cbcc6b6710ab95db5a72c33300a', '| 鉛筆 | 30 |'],
      ['d2eee2e0f03bd6e5ede00ad1f2eeeb3b313230300ad1f2f3eb3b3430300a', '| Стол | 1200 |'],
      ['53747261df653b4772f6df650a4dfc6e63686e65722053747261df653b350a', '| Münchner Straße | 5 |'],
      ['1b244232713544244f3b303b7e2447243921231b2842', '会議は三時です。'],
      [
        '4e656a76799a9aed20737072e1766eed20736f7564209ee1646f737469207679686f76ec6c2c206e65626f9d2064f9766f64792062796c792070f8657376ec64e86976e92e',
        'Nejvyšší správní soud žádosti vyhověl, neboť důvody byly přesvědčivé.',
      ],
    ];
    for (const [hex, text] of samples)
      expect((await read('csv', fromHex(hex))).replace(' | neboť', ', neboť'), text).toContain(
        text,
      );
  });

  it('in UTF-16 are detected with and without a byte order mark', async () => {
    const text = 'name,größe\nŽilina,5\n';
    for (const isBig of [false, true]) {
      expect(await read('csv', utf16(text, isBig))).toContain('| Žilina | 5 |');
      expect(await read('csv', utf16(`\ufeff${text}`, isBig))).toContain('| Žilina | 5 |');
    }
    expect(await read('json', utf16('{"size":1.50}', false))).toBe('size: 1.50');
  });

  it('in UTF-16 without a byte order mark are detected in any script, and never decode to controls', async () => {
    for (const text of [
      'Срок поставки пять дней.',
      'مدة التسليم خمسة أيام.',
      'ส่งของภายในห้าวัน ครับ',
      'Παράδοση σε πέντε ημέρες.',
    ]) {
      for (const isBig of [false, true])
        expect(await read('text', utf16(`${text}\n`, isBig))).toBe(`${text}\n`);
    }
    expect(await read('csv', utf16('id;이름\n7;가스 주소\n', false))).toContain(
      '| 7 | 가스 주소 |',
    );
  });

  it('of short texts are detected when their words are unambiguous', async () => {
    const samples: readonly (readonly [string, string])[] = [
      ['d6e5ede03bc3eef0eee40aeffff2fc3bcceef1eae2e00a', 'Цена;Город\nпять;Москва\n'],
      ['efd4d0d5d3cb20c4d7c1c4c3c1d4d820c4cec5ca', 'Отпуск двадцать дней'],
      ['b7d6c120d4c120adc1cecfcb20a4', 'Їжа та ґанок є'],
      ['c8ede2eee9f1', 'Инвойс'],
      ['4f7264657220343731312c206dec73ed632c2044766ff8e16b0a', 'Order 4711, měsíc, Dvořák\n'],
      ['496d69ea3b4d69656a73636f776f9ce60a4a616e3ba3f3649f0a', 'Imię;Miejscowość\nJan;Łódź\n'],
      ['a96962656e696b206920e665766170692c20be6162610a', 'Šibenik i ćevapi, žaba\n'],
      ['fdfefd6b20766520fe69726b6574', 'ışık ve şirket'],
      ['b6f1e7f22c20dce4e5e9e120eae1e920f4e9ecde', 'Άρης, άδεια και τιμή'],
      ['c7e4c5ccc7d2c920d9d4d1e8e620eae8e5c7', 'الإجازة عشرون يوما'],
      [
        '636f64652c76616c75650a41312c6d61f1616e610a41322c636f72617af36e0a',
        'code,value\nA1,mañana\nA2,corazón\n',
      ],
      ['53e36f205061756c6f3b4a6fe36f0a', 'São Paulo;João\n'],
      ['4672616ee7616973', 'Français'],
      ['54726f6d73f8', 'Tromsø'],
      [
        '53746f726564206174203235b0432c20352080206561636820962093636f6f6c94',
        'Stored at 25°C, 5 € each – “cool”',
      ],
      ['41746f73746f676f732061e869fb2c20fe6f64fe69f820eb6a6f', 'Atostogos ačiū, žodžių ėjo'],
    ];
    for (const [hex, text] of samples) expect(await read('text', fromHex(hex)), text).toBe(text);
  });

  it('of ambiguous short texts fail with unknown_encoding', async () => {
    // Imię, apă, η, dieną, a Cyrillic word in a plain table, a page of DOS, one character of Korean.
    for (const hex of [
      '496d69ea',
      '6170e3',
      'e7',
      '6469656ee0',
      '69643b6e616d650a313be4e00a',
      '53747261e165',
      'b3d7',
    ])
      expect(await faultOf('text', fromHex(hex)), hex).toBe('unknown_encoding');
  });

  it('that are ambiguous fail the file, and are taken from the upload when named', async () => {
    expect(await faultOf('text', undecidable)).toBe('unknown_encoding');
    expect(await read('text', undecidable, 'windows-1250')).toBe('Imię;Ręka\n');
    expect(await faultOf('text', latin1('\xff\xff\xff'), 'utf-8')).toBe('unknown_encoding');
  });

  it('of pages follow their declaration in any form, unless a byte order mark or their bytes contradict it', async () => {
    const body = '<p>\xd1\xf2\xee\xeb</p>';
    for (const declaration of [
      '<meta charset=windows-1251>',
      '<META HTTP-EQUIV="content-type" CONTENT="text/html;charset=cp1251">',
      "<!-- c --><meta name=x content=y><meta charset = 'Windows-1251' >",
    ]) {
      expect(await read('html', latin1(declaration + body))).toBe('Стол');
    }
    expect(
      await read(
        'html',
        latin1(
          '<?xml version="1.0" encoding="windows-1251"?><html><body><p>\xd1\xf2\xee\xeb</p></body></html>',
        ),
      ),
    ).toBe('Стол');
    const utf8 = Uint8Array.from(
      new TextEncoder().encode('<meta charset=iso-8859-1><p>Žluťoučký kůň</p>'),
    );
    expect(await read('html', utf8)).toBe('Žluťoučký kůň');
    expect(await read('html', latin1('<meta charset=utf-8><p>Gr\xfc\xdfe aus K\xf6ln</p>'))).toBe(
      'Grüße aus Köln',
    );
  });

  it('of fetched pages follow the server before the declaration', async () => {
    const page = latin1(
      '<meta charset=iso-8859-1><title>\xd6\xe5\xed\xe0</title><p>\xd1\xf2\xee\xeb</p>',
    );
    expect(
      await readWebPage(page.buffer, 'text/html; charset="Windows-1251"', 'https://a.test/'),
    ).toEqual({
      title: 'Цена',
      text: 'Стол',
    });
    expect(
      (await readWebPage(latin1('caf\xe9 cr\xe8me').buffer, 'text/plain', 'https://a.test/'))?.text,
    ).toBe('café crème');
  });
});

describe('the encoding of an upload', () => {
  it('is set by a field, and ingests the same content again when it changes', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    const upload = uploadForm.bind(null, workspace, `/knowledge-bases/${base}/files`, [
      { name: 'towns.csv', content: undecidable },
    ]);
    const first = await upload();
    expect((await settled(workspace, first.body.id)).error).toMatchObject({
      code: 'unknown_encoding',
    });
    const second = await upload({ encoding: 'cp1250' });
    expect(second.body).toMatchObject({
      id: first.body.id,
      encoding: 'windows-1250',
      status: 'queued',
      error: null,
    });
    expect((await settled(workspace, first.body.id)).status).toBe('ready');
    const { body } = await workspace.get(`/files/${first.body.id}/chunks`);
    expect(body.data[0].text).toContain('| Imię | Ręka |');
    const third = await upload({ encoding: 'windows-1250', external_id: 'towns' });
    expect(third.body).toMatchObject({ id: first.body.id, status: 'ready', external_id: 'towns' });
  });

  it('is rejected when unknown', async () => {
    const workspace = await newWorkspace();
    const path = `/knowledge-bases/${await newBase(workspace)}/files`;
    for (const encoding of ['klingon', 'replacement', '']) {
      const { status, body } = await uploadForm(
        workspace,
        path,
        [{ name: 'a.txt', content: 'a' }],
        { encoding },
      );
      expect([status, body.errors[0].pointer]).toEqual([422, '/encoding']);
    }
  });
});
