import { describe, expect, it } from 'vitest';
import { extractDocument } from '../../src/documents/extract.ts';
import { type DocumentFormatName, formats } from '../../src/documents/formats.ts';
import { detectLanguage } from '../../src/documents/language/detect-language.ts';
import { describeDocument } from '../../src/documents/properties/describe-document.ts';
import { canonicalLanguage } from '../../src/documents/properties/language-tag.ts';
import { readDate } from '../../src/documents/properties/read-date.ts';
import { epubParts, makePdf, makeZip, odfParts } from '../support/documents.ts';

const bytes = (text: string) => Uint8Array.from(new TextEncoder().encode(text));
const propertiesOf = async (
  format: DocumentFormatName,
  content: string | Uint8Array<ArrayBuffer>,
) =>
  describeDocument(
    await extractDocument(formats[format], typeof content === 'string' ? bytes(content) : content),
  );
const english =
  'The canary sings in the morning, and it is fed by all of us when we have the time for it.';
const dublin = 'xmlns:dc="http://purl.org/dc/elements/1.1/"';

describe('the properties of a document', () => {
  it('come from the head of a web page: meta elements, then structured data, then a time', async () => {
    const page = (head: string, body = '') =>
      propertiesOf('html', `<html lang="de-AT"><head>${head}</head><body><p>${english}</p>${body}`);
    expect(
      await page(
        '<title> Birds\n of Prey </title><meta name="author" content="Ada Lovelace"><meta property="article:published_time" content="2024-03-01T10:00:00+01:00"><meta property="article:modified_time" content="2025-01-01">',
      ),
    ).toEqual({
      ...{ title: 'Birds of Prey', author: 'Ada Lovelace', language: 'en' },
      published_at: '2024-03-01T09:00:00.000Z',
    });
    const json =
      '<script type="application/ld+json">{"@graph":[{"datePublished":"2023-05-06"}]}</script>';
    expect((await page(json)).published_at).toBe('2023-05-06T00:00:00.000Z');
    const time = (more = '') => `<time datetime="2022-02-03"${more}>then</time>`;
    expect((await page('', time())).published_at).toBe('2022-02-03T00:00:00.000Z');
    expect((await page('', time() + time())).published_at).toBeUndefined();
    const marked = time().replace('2022', '2021') + time(' itemprop="datePublished"');
    expect((await page('', marked)).published_at).toBe('2022-02-03T00:00:00.000Z');
    const odd =
      '<title>Untitled</title><meta name="date" content="01/02/2024"><meta name="author" content="https://a.example/me">';
    expect(await page(odd)).toEqual({ language: 'en' });
  });

  it('come from front matter, the header of a message, and the package of a book', async () => {
    const front = `---\ntitle: "Birds"\nauthors: [Ada, Bob]\ndate: 2024-02-30\npublished: 5 March 2024\nlang: en_GB\n---\n${english}`;
    expect(await propertiesOf('markdown', front)).toEqual({
      ...{ title: 'Birds', author: 'Ada, Bob', language: 'en-GB' },
      published_at: '2024-03-05T00:00:00.000Z',
    });
    const message = `From: Ada <ada@a.example>\nSubject: =?utf-8?q?V=C3=B6gel?=\nDate: Fri, 21 Nov 1997 09:55:06 -0600 (CST)\n\n${english}`;
    expect(await propertiesOf('eml', message)).toEqual({
      ...{ title: 'Vögel', author: 'Ada', language: 'en' },
      published_at: '1997-11-21T15:55:06.000Z',
    });
    const page = {
      path: 'a.xhtml',
      text: `<html xmlns="http://www.w3.org/1999/xhtml"><body><p>${english}</p></body></html>`,
    };
    const parts = epubParts([page], ['a.xhtml']).map((part) => ({
      ...part,
      content: bytes(
        new TextDecoder()
          .decode(part.content)
          .replace(
            '<manifest>',
            `<metadata ${dublin} xmlns:opf="http://www.idpf.org/2007/opf"><dc:title>Birds</dc:title><dc:creator>Ada</dc:creator><dc:creator>Bob</dc:creator><dc:date opf:event="modification">2020</dc:date><dc:date opf:event="publication">1890-07</dc:date><dc:language>fr</dc:language></metadata><manifest>`,
          ),
      ),
    }));
    expect(await propertiesOf('epub', await makeZip(parts))).toEqual({
      ...{ title: 'Birds', author: 'Ada, Bob', language: 'en' },
      published_at: '1890-07-01T00:00:00.000Z',
    });
  });

  it('come from the properties of Office and OpenDocument files, and the information of a PDF', async () => {
    const core = `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" ${dublin} xmlns:dcterms="http://purl.org/dc/terms/"><dc:title>Birds</dc:title><dc:creator>Ada</dc:creator><dcterms:created>2013-12-23T23:15:00Z</dcterms:created><dcterms:modified>2024-03-01T10:00:00Z</dcterms:modified></cp:coreProperties>`;
    const office =
      'http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument';
    const kind =
      'http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties';
    const word = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main';
    const docx = await makeZip(
      [
        [
          '_rels/.rels',
          `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" Type="${office}" Target="word/document.xml"/><Relationship Id="b" Type="${kind}" Target="docProps/core.xml"/></Relationships>`,
        ],
        [
          'word/document.xml',
          `<w:document xmlns:w="${word}"><w:body><w:p><w:r><w:t>${english}</w:t></w:r></w:p></w:body></w:document>`,
        ],
        ['docProps/core.xml', core],
      ].map(([name = '', xml = '']) => ({ name, content: bytes(xml) })),
    );
    const expected = { title: 'Birds', author: 'Ada', language: 'en' };
    const published_at = '2024-03-01T10:00:00.000Z';
    expect(await propertiesOf('docx', docx)).toEqual({ ...expected, published_at });
    const meta = `<office:document-meta xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" ${dublin} xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0"><office:meta><meta:creation-date>2020-01-01T00:00:00</meta:creation-date><dc:creator>Bob</dc:creator><meta:initial-creator>Ada</meta:initial-creator><dc:date>2024-03-01T10:00:00.123456789</dc:date><dc:title>Birds</dc:title></office:meta></office:document-meta>`;
    const text = `<office:text><text:p>${english}</text:p></office:text>`;
    const odt = [...odfParts(text), { name: 'meta.xml', content: bytes(meta) }];
    expect(await propertiesOf('odt', await makeZip(odt))).toEqual({ ...expected, published_at });
    // Damaged properties do not damage the document.
    const damaged = [...odfParts(text), { name: 'meta.xml', content: bytes('<a><b>') }];
    expect(await propertiesOf('odt', await makeZip(damaged))).toEqual({ language: 'en' });
    const plain = new TextDecoder('latin1').decode(makePdf([[english]]));
    const info =
      "/Info << /Title (Microsoft Word - Birds) /Author (Ada) /CreationDate (D:20240301110000+01'00') >>";
    const pdf = await propertiesOf('pdf', plain.replace('/Root 1 0 R', `/Root 1 0 R ${info}`));
    expect(pdf).toEqual({ ...expected, published_at });
  });

  it.each([
    ['2024-03-01', '2024-03-01T00:00:00.000Z'],
    ['2024', '2024-01-01T00:00:00.000Z'],
    ['2024-3', '2024-03-01T00:00:00.000Z'],
    ['2024-03-01 10:11:12 +0200', '2024-03-01T08:11:12.000Z'],
    ['2024-03-01T10:11Z', '2024-03-01T10:11:00.000Z'],
    ['2024/03/01', '2024-03-01T00:00:00.000Z'],
    ['1. 3. 2024', '2024-03-01T00:00:00.000Z'],
    ["D:20240301101112-05'30'", '2024-03-01T15:41:12.000Z'],
    ['D:2024', '2024-01-01T00:00:00.000Z'],
    ['Fri, 1 Mar 2024 10:11:12 +0100', '2024-03-01T09:11:12.000Z'],
    ['March 1st, 2024', '2024-03-01T00:00:00.000Z'],
    ['2024-02-30', null],
    ['2024-13-01', null],
    ['03/04/2024', null],
    ['1970-01-01T00:00:00Z', null],
    ['0001-01-01', null],
    ['9999-12-31', null],
    ['', null],
    ['soon', null],
    ['Summer of 2024', null],
    ['2024-03-01'.repeat(20), null],
  ])('read the date %j as %j', (text, date) => {
    expect(readDate(text)).toBe(date);
  });

  it('have language tags in canonical form', () => {
    const tags = ['EN_us', 'zh-hant-tw', 'deu', 'iw', 'pt_BR.UTF-8'];
    expect(tags.map(canonicalLanguage)).toEqual(['en-US', 'zh-Hant-TW', 'de', 'he', 'pt-BR']);
    for (const tag of [
      '',
      'und',
      'mul',
      'english please',
      'e',
      'x-a',
      'en-u-ca-gregory',
      'a'.repeat(99),
    ])
      expect(canonicalLanguage(tag), tag).toBeNull();
  });
});

describe('the language of a text', () => {
  it.each([
    [
      'en',
      'How many days of leave do you have in the year, and what is the time by which they must be taken?',
    ],
    [
      'de',
      'Die Mitarbeiter haben im Jahr 25 Tage Urlaub, und der Antrag wird von der Leitung genehmigt.',
    ],
    [
      'fr',
      'Les employés ont droit à 25 jours de congé par an, et la demande est approuvée par leur chef.',
    ],
    [
      'es',
      'Los empleados tienen 25 días de vacaciones al año, y la solicitud es aprobada por su jefe.',
    ],
    [
      'pt',
      'Os funcionários têm 25 dias de férias por ano, e o pedido é aprovado pelo chefe em uma semana.',
    ],
    [
      'it',
      'I dipendenti hanno 25 giorni di ferie all’anno e la richiesta è approvata dal loro capo.',
    ],
    [
      'nl',
      'De medewerkers hebben per jaar 25 dagen verlof, en de aanvraag wordt door hun chef goedgekeurd.',
    ],
    [
      'sv',
      'De anställda har 25 dagars semester om året, och ansökan ska godkännas av chefen innan den är klar.',
    ],
    [
      'da',
      'De ansatte har 25 dages ferie om året. Hvis noget bliver ændret, skal det ikke godkendes igen, men du skal fortælle hvad du vil have og hvilken dag det bliver.',
    ],
    [
      'pl',
      'Pracownicy mają 25 dni urlopu w roku, a wniosek jest zatwierdzany przez kierownika, który nie może go odrzucić.',
    ],
    [
      'cs',
      'Zaměstnanci mají 25 dní dovolené za rok a žádost je schválena vedoucím, který to může také zamítnout.',
    ],
    [
      'tr',
      'Çalışanların yılda 25 gün izni var ve bu izin için olan talep yönetici tarafından onaylanır.',
    ],
    [
      'ru',
      'У сотрудников 25 дней отпуска в год, и заявление должен утвердить руководитель, который это может отклонить.',
    ],
    [
      'uk',
      'Працівники мають 25 днів відпустки на рік, і заяву має затвердити керівник, який також може її відхилити.',
    ],
    [
      'ar',
      'يحق للموظفين 25 يوما من الإجازة في السنة التي تبدأ من يناير، ويجب أن يوافق المدير على هذا الطلب.',
    ],
    [
      'fa',
      'کارمندان در سال ۲۵ روز مرخصی دارند که باید برای آن از مدیر خود اجازه بگیرند و این را ثبت کنند.',
    ],
    ['hi', 'कर्मचारियों के पास साल में 25 दिन की छुट्टी है और इस के लिए प्रबंधक की अनुमति होनी चाहिए।'],
    ['zh', '员工每年有二十五天的假期，申请须经主管批准。'],
    ['ja', '社員は年に二十五日の休暇があり、申請は上司が承認します。'],
    ['ko', '직원은 일 년에 25일의 휴가가 있으며 신청은 관리자가 승인합니다.'],
    ['th', 'พนักงานมีวันลาปีละยี่สิบห้าวัน'],
    ['el', 'Οι υπάλληλοι έχουν 25 ημέρες άδειας τον χρόνο.'],
    ['he', 'לעובדים יש 25 ימי חופשה בשנה.'],
  ])('is %s', (language, text) => {
    expect(detectLanguage(text)).toBe(language);
  });

  it.each([
    ['nothing', ''],
    ['numbers', '| 1 | 2,5 | 2024-01-01 |'],
    ['names', 'Anna Müller, John Smith, Pierre Dupont, Maria Rossi'],
    ['code', 'const a = b.map((c) => c.d + 1); if (a in e) { return f; }'],
    ['a word', 'Kanarienvogel'],
    ['a repeated label', 'in in in in in in in in in'],
    ['lone surrogates', '\ud800 \udc00'],
    [
      'two languages',
      `${'Die Katze ist auf dem Dach und sie will nicht von dort weg. '.repeat(3)}${'The cat is on the roof and it does not want to leave from there. '.repeat(3)}`,
    ],
  ])('is not known of %s', (_, text) => {
    expect(detectLanguage(text)).toBeNull();
  });
});
