import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { addText, newBase } from '../support/files.ts';
import { runSchedule } from '../support/schedule.ts';

interface Pair {
  readonly query: string;
  readonly right: string;
  /** Words with the same letters and other marks, which are other words. */
  readonly wrong: readonly string[];
}

const pairs: Readonly<Record<string, Pair>> = {
  Thai: {
    query: 'น้ำ',
    right: 'โรงแรมมีน้ำดื่มฟรีทุกห้อง',
    wrong: ['กรุณานำบัตรมาด้วย', 'ครูสอนในนาข้าว', 'หนังสือเล่มนี้หน้าสวย'],
  },
  'Thai, one syllable': {
    query: 'ปี',
    right: 'ประกันสองปีสำหรับเครื่อง',
    wrong: ['ป่าไม้ของเรา', 'ปู่ของฉันใจดี', 'เป้าหมายใหม่'],
  },
  Lao: { query: 'ປີ', right: 'ຮັບປະກັນ ສອງ ປີ', wrong: ['ຂ້ອຍ ກິນ ປາ', 'ລາວ ໄປ ປ່າ', 'ປູ່ ຂອງ ຂ້ອຍ'] },
  Khmer: {
    query: 'ទឹក',
    right: 'មាន ទឹក ក្នុង បន្ទប់',
    wrong: ['តម្លៃ ទាក់ទាញ', 'គាត់ ទៅ ទាំង ពីរ', 'ការ ទុក ចិត្ត'],
  },
  Burmese: {
    query: 'ရေ',
    right: 'အခန်းတွင် ရေ ရှိသည်',
    wrong: ['ရာ ပေါင်းများစွာ', 'သူ ရူး နေသည်', 'ရိုး ရှင်းသော'],
  },
  Hindi: {
    query: 'दिन',
    right: 'वापसी के लिए तीस दिन हैं।',
    wrong: ['यह गरीब दीन आदमी है।', 'दाना और पानी दो।', 'वह दूना काम करता है।'],
  },
  Marathi: {
    query: 'पाणी',
    right: 'खोलीत पाणी मोफत आहे.',
    wrong: ['पणा चांगला आहे.', 'पेणे येथे जा.', 'त्याने पुणे पाहिले.'],
  },
  Bengali: {
    query: 'দিন',
    right: 'ফেরতের জন্য ত্রিশ দিন আছে।',
    wrong: ['সে খুব দীন মানুষ।', 'দান করা ভালো।', 'দেনা শোধ করো।'],
  },
  Punjabi: { query: 'ਦਿਨ', right: 'ਵਾਪਸੀ ਲਈ ਤੀਹ ਦਿਨ ਹਨ', wrong: ['ਦਾਨ ਕਰੋ', 'ਇਹ ਦੀਨ ਹੈ', 'ਦੂਣਾ ਕੰਮ'] },
  Gujarati: { query: 'દિવસ', right: 'ત્રીસ દિવસ છે', wrong: ['દેવસ છે', 'દવાસ છે', 'દીવાસ છે'] },
  Tamil: {
    query: 'பால்',
    right: 'கடையில் பால் கிடைக்கும்',
    wrong: ['பல் வலி உள்ளது', 'பில் கட்டவும்', 'பேல் என்றான்'],
  },
  Telugu: { query: 'పాలు', right: 'దుకాణంలో పాలు ఉన్నాయి', wrong: ['పలు రకాలు', 'పిలు అన్నాడు', 'పీల విరిగింది'] },
  Kannada: { query: 'ಹಾಲು', right: 'ಅಂಗಡಿಯಲ್ಲಿ ಹಾಲು ಇದೆ', wrong: ['ಹಲವು ಬಗೆ', 'ಹಿಲು ಎಂದ', 'ಹೊಲ ದೊಡ್ಡದು'] },
  Malayalam: { query: 'പാൽ', right: 'കടയിൽ പാൽ ഉണ്ട്', wrong: ['പൽ വേദന', 'പുൽ മേട്', 'പേൽ എന്ന്'] },
  Sinhala: { query: 'දින', right: 'ආපසු දීමට දින තිහක් ඇත', wrong: ['දාන දෙන්න', 'දැන එන්න', 'දූනා වැඩ'] },
  Tibetan: { query: 'ཆུ', right: 'འདིར་ཆུ་ཡོད།', wrong: ['ཆོ་ག་', 'ཆེ་ཆེ་', 'ཆི་ཡིན།'] },
};

const keyword = async (workspace: Workspace, base: string, query: string) =>
  (await workspace.post(`/knowledge-bases/${base}/search`, { query, mode: 'keyword' })).body;

const names = (body: { hits: readonly { file_name: string }[] }) =>
  body.hits.map(({ file_name }) => file_name);

async function baseOf(texts: Readonly<Record<string, string>>) {
  const workspace = await newWorkspace();
  const base = await newBase(workspace);
  for (const [name, text] of Object.entries(texts)) await addText(workspace, base, name, text);
  return { workspace, base };
}

/** The tasks of the minute that move words between the indexes. */
const indexAgain = () =>
  runSchedule('* * * * *', env, createExecutionContext(), ['chunk_index', 'keyword_index']);

describe('words of all scripts', () => {
  it.each(Object.entries(pairs))(
    'tells words of %s apart that differ by a mark only',
    async (_script, { query, right, wrong }) => {
      const { workspace, base } = await baseOf(
        Object.fromEntries(
          [...wrong, right].map((text, index) => [
            text === right ? 'right.txt' : `wrong-${index}.txt`,
            text,
          ]),
        ),
      );
      const found = await keyword(workspace, base, query);
      expect(names(found)).toEqual(['right.txt']);
      expect([found.coverage, found.hits[0].score > 0.9]).toEqual(['full', true]);
      const hybrid = await workspace.post(`/knowledge-bases/${base}/search`, { query });
      expect(names(hybrid.body)[0]).toBe('right.txt');
    },
  );

  it('have no confidence in a word that matches only without its marks', async () => {
    for (const { query, wrong } of Object.values(pairs)) {
      const { workspace, base } = await baseOf({ 'wrong.txt': wrong.join('\n') });
      const { hits, coverage } = await keyword(workspace, base, query);
      expect([hits, coverage], query).toEqual([[], 'none']);
    }
  });

  it.each([
    ['Hebrew points', 'שלום', 'נאמר שָׁלוֹם לכולם', 'שלם עכשיו'],
    ['Hebrew points in the query', 'שָׁלוֹם', 'נאמר שלום לכולם', 'שלם עכשיו'],
    ['Arabic vowel signs', 'كتاب', 'هذا كِتَابٌ جديد', 'كاتب مشهور'],
    ['Arabic tatweel', 'مرحبا', 'قال مرحـــبا بكم', 'مرحلة جديدة'],
    ['Persian non-joiners in plurals', 'کتاب', 'این کتاب‌ها تازه‌اند', 'کاتب آمد'],
    ['joiners of conjuncts', 'ශ්රී', 'ශ්‍රී ලංකාව', 'සිරි මල'],
    ['Thai AM typed in two characters', 'ทําความ', 'บริการทำความสะอาด', 'ทามานาน'],
    [
      'soft hyphens',
      'Kündigungsfrist',
      'Die Kündi\u00adgungs\u00adfrist beträgt drei Monate',
      'Die Rechnung kommt',
    ],
    ['decomposed accents', 'résumé', 'Le re\u0301sume\u0301 est court', 'Il résiste'],
    ['stress marks', 'замок', 'Старый за\u0301мок', 'Он замолк'],
    ['full width and capitals', 'ABC', 'Model ａｂｃ', 'Model abd'],
  ])('finds words whatever their optional signs: %s', async (_kind, query, right, wrong) => {
    const { workspace, base } = await baseOf({ 'wrong.txt': wrong, 'right.txt': right });
    const found = await keyword(workspace, base, query);
    expect(names(found)).toEqual(['right.txt']);
    expect(found.coverage).toBe('full');
  });

  it('quote the sentence with the exact word', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    const agent = await workspace.post('/agents', {
      name: 'Quotes',
      slug: 'quotes',
      config: { knowledge: { base_ids: [base] } },
    });
    expect(agent.status, JSON.stringify(agent.body)).toBe(201);
    await addText(
      workspace,
      base,
      'shop.txt',
      'यह गरीब दीन आदमी है जो दुकान आता है।\n\nवापसी के लिए तीस दिन का समय है।',
    );
    const { body } = await workspace.post('/agents/quotes/runs', {
      message: 'वापसी के लिए कितने दिन?',
    });
    expect(body.text).toContain('तीस दिन');
    expect(body.text).not.toContain('दीन');
  });
});

describe('the former keyword index', () => {
  it('is searched until all of its rows are moved', async () => {
    const { workspace, base } = await baseOf({
      'old.txt': 'वापसी के लिए तीस दिन हैं।',
      'gone.txt': 'A zebra has stripes.',
    });
    await addText(workspace, base, 'new.txt', 'नया दिन अच्छा है।');
    const seqs =
      "select c.seq from chunks c join files f on f.id = c.file_id where c.workspace_id = ? and f.name in ('old.txt', 'gone.txt')";
    await env.DB.batch([
      env.DB.prepare(
        `insert into chunks_fts (rowid, scope, title, body) select seq, base_id, '', text from chunks where seq in (${seqs})`,
      ).bind(workspace.id),
      env.DB.prepare(`delete from chunk_words where rowid in (${seqs})`).bind(workspace.id),
    ]);
    expect(names(await keyword(workspace, base, 'zebra'))).toEqual(['gone.txt']);
    expect(names(await keyword(workspace, base, 'दिन')).sort()).toEqual(['new.txt', 'old.txt']);
    const left = async (table: string) =>
      (
        await env.DB.prepare(`select count(*) as n from ${table} where ${table} match ?`)
          .bind(`scope : "${base}"`)
          .first<{ n: number }>()
      )?.n;
    expect([await left('chunks_fts'), await left('chunk_words')]).toEqual([2, 1]);
    await indexAgain();
    expect([await left('chunks_fts'), await left('chunk_words')]).toEqual([0, 3]);
    expect(names(await keyword(workspace, base, 'zebra'))).toEqual(['gone.txt']);
    expect(names(await keyword(workspace, base, 'दीन'))).toEqual([]);
    await indexAgain();
    expect([await left('chunks_fts'), await left('chunk_words')]).toEqual([0, 3]);
  });
});

describe('chunks of earlier versions', () => {
  it('are found and counted before they are indexed again, and afterwards', async () => {
    const { workspace, base } = await baseOf({
      'a.txt': 'A zebra has stripes.',
      'b.txt': 'A zebra and a lion.',
      'c.txt': 'The striped zebra sleeps, and so does the lion.',
    });
    const ask = async () => {
      const { body } = await workspace.post(`/knowledge-bases/${base}/search`, {
        query: 'zebra lion quagga',
        reranker: 'builtin/lexical',
      });
      return { confidence: body.confidence, hits: body.hits as { chunk_id: string }[] };
    };
    const before = await ask();
    expect(before.hits).toHaveLength(3);
    // As earlier versions stored them: words, and terms of every chunk.
    await env.DB.batch([
      env.DB.prepare('delete from keyword_progress'),
      env.DB.prepare(
        'insert or replace into chunk_words (rowid, scope, title, body) select c.seq, c.base_id, substr(f.name, 1, 1), c.text from chunks c join files f on f.id = c.file_id where c.base_id = ?',
      ).bind(base),
      env.DB.prepare(
        "insert or replace into chunk_terms (rowid, keys) select seq, 'term' from chunks where base_id = ?",
      ).bind(base),
    ]);
    expect(await ask()).toEqual(before);
    await addText(workspace, base, 'd.txt', 'An owl.');
    await indexAgain();
    const { results } = await env.DB.prepare(
      "select rowid from chunk_terms where chunk_terms match 'term'",
    ).all();
    expect(results).toEqual([]);
    const found = await ask();
    expect(found.hits.map(({ chunk_id }) => chunk_id)).toEqual(
      before.hits.map(({ chunk_id }) => chunk_id),
    );
  });
});

const forms: Readonly<Record<string, { query: string; right: string; wrong: string }>> = {
  Russian: { query: 'возврат книги', right: 'Возвратом книг занят склад.', wrong: 'Склад закрыт.' },
  Greek: { query: 'εγγύηση', right: 'Δύο χρόνια εγγύησης.', wrong: 'Η είσοδος είναι ελεύθερη.' },
  'Greek without accents': {
    query: 'εγγυηση',
    right: 'Η εγγύηση ισχύει.',
    wrong: 'Η τιμή ισχύει.',
  },
  Arabic: { query: 'مدرسة', right: 'فتحت المدرسه أبوابها', wrong: 'فتح المتجر أبوابه' },
  'Arabic with an article': { query: 'ضمان', right: 'مدة الضمان سنتان', wrong: 'مدة السفر يومان' },
  'Hindi plurals': { query: 'किताब', right: 'किताबें यहाँ मिलती हैं।', wrong: 'कपड़े यहाँ मिलते हैं।' },
};

describe('forms of words of other scripts', () => {
  it.each(Object.entries(forms))('are found: %s', async (_script, { query, right, wrong }) => {
    const { workspace, base } = await baseOf({ 'wrong.txt': wrong, 'right.txt': right });
    const found = await keyword(workspace, base, query);
    expect(names(found)).toEqual(['right.txt']);
    expect(found.coverage).toBe('full');
  });

  it('are found in chunks of earlier versions once these are indexed again', async () => {
    const { workspace, base } = await baseOf({
      'old.txt': 'Возвратом занят склад.',
      'eski.txt': 'Evlerimizin kapıları için anahtarlar hazır.',
    });
    await env.DB.batch([
      env.DB.prepare('delete from keyword_progress'),
      env.DB.prepare(
        "insert or replace into chunk_words (rowid, scope, title, body) select seq, base_id, 'old', iif(text like 'E%', 'evlerimizin kapıları için anahtarlar hazır', 'возвратом занят склад') from chunks where base_id = ?",
      ).bind(base),
    ]);
    expect(names(await keyword(workspace, base, 'возвратом'))).toEqual(['old.txt']);
    expect(names(await keyword(workspace, base, 'возврат'))).toEqual([]);
    expect(names(await keyword(workspace, base, 'anahtarlar'))).toEqual(['eski.txt']);
    expect(names(await keyword(workspace, base, 'anahtarım nerede'))).toEqual([]);
    await indexAgain();
    for (const query of ['возвратом', 'возврат'])
      expect(names(await keyword(workspace, base, query))).toEqual(['old.txt']);
    expect(names(await keyword(workspace, base, 'anahtarım nerede'))).toEqual(['eski.txt']);
    const progress = () => env.DB.prepare('select before from keyword_progress').first('before');
    await indexAgain();
    expect(await progress()).toBe(0);
    await addText(workspace, base, 'new.txt', 'О возврате писем.');
    await indexAgain();
    expect(await progress()).toBe(0);
    expect(names(await keyword(workspace, base, 'возврат')).sort()).toEqual(['new.txt', 'old.txt']);
  });

  it.each([
    ['Turkish', 'anahtarım', 'Evin anahtarlarını kapıcıya bırakın.', 'Evin kapısını açık bırakın.'],
    [
      'German',
      'Gebäudeversicherung',
      'Das Gebäude ist für drei Jahre versichert.',
      'Das Auto ist für drei Jahre versichert.',
    ],
    ['Finnish', 'talouden', 'Taloutemme on vakaa ja kasvaa.', 'Matkamme on pitkä ja kaunis.'],
    ['Korean', '냉장고의 보증', '냉장고에는 이 년이 적용됩니다.', '세탁기에는 일 년이 적용됩니다.'],
  ])('are found by their prefixes: %s', async (_language, query, right, wrong) => {
    const { workspace, base } = await baseOf({ 'wrong.txt': wrong, 'right.txt': right });
    expect(names(await keyword(workspace, base, query))[0]).toBe('right.txt');
  });

  it('are those of stems in English, whose prefixes would match other words', async () => {
    const { workspace, base } = await baseOf({
      'right.txt': 'The international office of the team was moved.',
      'wrong.txt': 'The internet access of the farm was slow.',
    });
    const found = await keyword(workspace, base, 'international rules');
    expect(names(found)).toEqual(['right.txt']);
  });
});

describe('the built-in reranker', () => {
  const ask = async (texts: Readonly<Record<string, string>>, query: string) => {
    const { workspace, base } = await baseOf(texts);
    const { body } = await workspace.post(`/knowledge-bases/${base}/search`, {
      ...{ query, mode: 'keyword', reranker: 'builtin/lexical' },
    });
    return names(body);
  };

  it('prefers words with the letters of a misspelt one', async () => {
    const texts = {
      'a.txt': 'The warranty of the kettle is two years.',
      'b.txt': 'The warranty of the refrigerator is two years.',
      'c.txt': 'The warranty of the toaster is two years.',
    };
    expect((await ask(texts, 'warranty refridgerator'))[0]).toBe('b.txt');
  });

  it('prefers compounds of a word', async () => {
    const texts = {
      'a.txt': 'Die Frist beträgt zwei Wochen für den Urlaub.',
      'b.txt': 'Die Frist beträgt zwei Wochen als Kündigungsfrist.',
      'c.txt': 'Die Frist beträgt zwei Wochen für den Umzug.',
    };
    expect((await ask(texts, 'Frist Kündigung'))[0]).toBe('b.txt');
  });

  it('prefers words that stand together', async () => {
    const filler = 'Orders are packed by hand on weekdays before noon. '.repeat(6);
    const texts = {
      'a.txt': `Solar heating is cheap. ${filler}The panel of judges met.`,
      'b.txt': `${filler}A solar panel needs little care. Heating is separate.`,
    };
    expect((await ask(texts, 'solar panel'))[0]).toBe('b.txt');
  });
});
