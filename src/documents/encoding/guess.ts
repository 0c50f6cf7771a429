import { guessByLetters } from './guess-single-byte.ts';

/** Most frequent characters per language. For Japanese, kana count as well. */
const frequent = {
  simplified: new Set(
    '的一是不了在人有我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长知民样现分将外但身些与高意进把法此实回二理美点月明其种声全工己话儿者向情部正名定女问力机给等几很业最间新什打便位因重被走电四第门相次东政海口使教西再平真听世气信北少关并内加化由却代军产入先山五太水万市眼体别处总才场师书比住员九笑性通目华报立马命张活难神数件安表原车白应路期叫死常提感金何更反合放做系计或司利受光王果亲界及今京务制解各任至清物台象记边共风战干接它许八特觉望直服毛林题建南度统色字请交爱让认算论百吃义科怎元社术结六功指思非流每青管夫连远资队跟带花快条院变联权往展该领传近留红治决周保达办运武半候七必城父强步完革深区即求品士转量空甚众技轻程告江语英基派满式李息写呢识极令黄德收脸钱党倒未持取设始版双历越史商千片容研像找友孩站广改议形委早房音火际则首单据导影失拿网香似斯专石若兵弟谁校读志飞观争究包组造落视济喜离虽坏姓职薪假项号价格客户订销售财市编类型码址备注休单位购买库存费税率',
  ),
  traditional: new Set(
    '的一是不了在人有我他這中大來上國個到說們為子和你地出道也時年得就那要下以生會自著去之過家學對可她裡後小麼心多天而能好都然沒日於起還發成事只作當想看文無開手十用主行方又如前所本見經頭面公同三已老從動兩長知民樣現分將外但身些與高意進把法此實回二理美點月明其種聲全工己話者向情部正名定女問力機給等幾很業最間新什打便位因重被走電四第門相次東政海口使教西再平真聽世氣信北少關並內加化由卻代軍產入先山五太水萬市眼體別處總才場師書比住員九笑性通目華報立馬命張活難神數件安表原車白應路期叫死常提感金何更反合放做系計或司利受光王果親界及今京務制解各任至清物台象記邊共風戰接它許八特覺望直服林題建南度統色字請交愛讓認算論百義科怎元社術結六功指思非流每青管夫連遠資隊帶花快條院變聯權往展該領傳近留紅治決週周保達辦運半候七必城父強步完深區即求品士轉量空眾技輕程告江語英基派滿式李息寫識極令黃德收錢黨未持取設始版雙歷越史商千片容研像找友孩站廣改議形委早房音火際則首單據導影失網香專石若志飛觀爭究包組造落視濟喜離雖姓職薪假項號價格客戶訂銷售財編類型碼址備註休購買庫存費稅率需申請提前',
  ),
  japanese: new Set(
    '日一国会人年大十二本中長出三同時政事自行社見月分議後前民生連五発間対上部東者党地合市業内相方四定今回新場金員九入選立開手米力学問高代明実円関決子動京全目表戦経通外最言氏現理調体化田当八六約主題下首意法不来作性的要用制治度務強気小七成期公野協取都和統以機平総加山思家話世受区領多県続進正安設保改数記院女初北午指権心界支第産結百派点教報済書府活原先共得解名交資予川向際査勝面委告軍文反元重近千考判認画海参売利組知案道信策集在件団別物側任引使求所次水半品昨論計死官増係感特情投示変打男基私各始島直両朝革価式確村提運終挙果西勢減台広容必応演電歳住争談能無再位置企真流格有疑口過局少放税検藤町常校料沢裁状工建語球営空職証土与急止送援供可役構木割聞身費付施切由説転食比難防補車優夫研収断井何南石足違消境神番規術護展態導鮮備宅害配副算視条幹独警宮究育席輸訪楽起万着乗店述残想線率病農州武声質念待試族象銀域助労例衛然早張映限親額監環験追審商葉義伝働形景落欧担好退準賞訴辺造英被株頭技低毎医復仕去姿味負閣韓渡失移差衆個門写評課末守若脳極種美岡影命含福蔵量望松非撃佐核観察整段横融型白深字答夜製票況音申様財港識注呼渉達佐鈴木休暇勤経理営張出名前備考価格品番号顧客住所電話伊渡辺斎田中村小林加吉山崎森池橋石井清阿部株式合計単数量税込請求担当項目内訳',
  ),
  korean: new Set(
    '이다는의을에가고하한지로기리사은도를대서어자시나아인정해과일수라전상부만스제보구조주공그있게여관장동성들니우년선안원비경요오소방위생국세면계미진적거모신무유발학중실문통것내용품개단연할재물산였했된까등교문점식물법차배회업현체때터히며번분명강민심속님달월간트치마반화두영급금기목습니음입합르드권양력추직체태활술운행김박최이름부서직급전화주소휴가신청팀담당날결승인프스코크레그램',
  ),
} as const;

type Language = keyof typeof frequent;

interface MultiByte {
  readonly encoding: string;
  readonly language: Language;
  /** True for byte pairs of the first level of the character set: the characters in common use. */
  readonly isCommon: (lead: number, trail: number) => boolean;
}

const within = (value: number, from: number, to: number) => value >= from && value <= to;

const multiByte: readonly MultiByte[] = [
  {
    encoding: 'shift_jis',
    language: 'japanese',
    isCommon: (lead, trail) =>
      within(lead, 0x81, 0x83) ||
      within(lead, 0x89, 0x97) ||
      (lead === 0x88 && trail >= 0x9f) ||
      (lead === 0x98 && trail <= 0x72),
  },
  {
    encoding: 'euc-jp',
    language: 'japanese',
    isCommon: (lead) => within(lead, 0xa1, 0xa5) || within(lead, 0xb0, 0xcf),
  },
  {
    encoding: 'gb18030',
    language: 'simplified',
    isCommon: (lead, trail) =>
      trail >= 0xa1 && (within(lead, 0xa1, 0xa3) || within(lead, 0xb0, 0xd7)),
  },
  {
    encoding: 'big5',
    language: 'traditional',
    isCommon: (lead) => within(lead, 0xa1, 0xa3) || within(lead, 0xa4, 0xc6),
  },
  {
    encoding: 'euc-kr',
    language: 'korean',
    isCommon: (lead, trail) =>
      trail >= 0xa1 && (within(lead, 0xa1, 0xa3) || within(lead, 0xb0, 0xc8)),
  },
];

const maxSample = 200_000;
/** Minimum lead of the best reading over the next one. */
const minLead = 0.12;

/**
 * Decodes text in the most probable legacy encoding; null when two different readings are about
 * equally probable. East Asian multi-byte encodings are judged by their common characters,
 * single-byte encodings by letter frequencies and the n-grams of `chardet`.
 */
export async function guessEncoding(bytes: Uint8Array): Promise<string | null> {
  const sample = bytes.byteLength > maxSample ? sampleOf(bytes) : bytes;
  const wide = rankMultiByte(sample);
  const [best, next] = wide;
  if (best !== undefined && best.score - (next?.score ?? 0) >= minLead)
    return best.isCertain || guessByLetters((encoding) => decode(bytes, encoding)) === null
      ? decode(bytes, best.encoding)
      : null;
  if (best !== undefined && next !== undefined) return null;
  const encoding = await guessSingleByte(sample);
  return encoding === null ? null : decode(bytes, encoding);
}

const decode = (bytes: Uint8Array, encoding: string): string | null => {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return null;
  }
};

/** Returns whole lines from the start, of at most `maxSample` bytes. */
function sampleOf(bytes: Uint8Array): Uint8Array {
  const feed = bytes.lastIndexOf(0x0a, maxSample);
  return bytes.subarray(0, feed > 0 ? feed : maxSample);
}

function rankMultiByte(
  bytes: Uint8Array,
): { encoding: string; score: number; isCertain: boolean }[] {
  return multiByte
    .flatMap(({ encoding, language, isCommon }) => {
      const text = decode(bytes, encoding);
      if (text === null || /[\u0080-\u009f\ue000-\uf8ff]/.test(text)) return [];
      const score =
        Math.min(shareOfCommon(bytes, isCommon), 1) < 0.85 ? 0 : shareOfFrequent(text, language);
      return score < minShare(text) || isStray(text)
        ? []
        : [{ encoding, score, isCertain: score >= 0.8 && countBeyond(text) > 2 }];
    })
    .sort((left, right) => right.score - left.score);
}

const countBeyond = (text: string) => text.match(/\P{ASCII}/gu)?.length ?? 0;

/**
 * True for a single character, or a few inside of Latin words: typical of a single-byte encoding.
 */
const isStray = (text: string) => {
  const count = countBeyond(text);
  return count < 2 || (count < 6 && /(?!\p{ASCII})\p{L}[a-z]|[a-z](?!\p{ASCII})\p{L}/u.test(text));
};

/** Minimum share of frequent characters; higher for short texts, where they occur by chance. */
function minShare(text: string): number {
  const count = countBeyond(text);
  if (count < 6) return 0.5;
  return count < 20 ? 0.3 : 0.15;
}

function shareOfCommon(bytes: Uint8Array, isCommon: MultiByte['isCommon']): number {
  let common = 0;
  let all = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const lead = bytes[at] ?? 0;
    if (lead < 0x80) continue;
    all += 1;
    at += 1;
    if (isCommon(lead, bytes[at] ?? 0)) common += 1;
  }
  return all === 0 ? 0 : common / all;
}

/**
 * Share of frequent characters among non-ASCII letters. Letters inside of Latin words count against
 * the reading.
 */
function shareOfFrequent(text: string, language: Language): number {
  const letters = text.match(/(?!\p{ASCII})\p{L}/gu) ?? [];
  const known = letters.filter(
    (letter) =>
      (language === 'japanese' && /[\u3041-\u30ff]/.test(letter)) || frequent[language].has(letter),
  );
  const strange = text.match(/[A-Za-z](?!\p{ASCII})\p{L}[A-Za-z]|[\uff61-\uff9f]/gu) ?? [];
  return letters.length === 0 ? 0 : (known.length - strange.length) / letters.length;
}

/** Names of `chardet`, mapped to those of the Encoding Standard, or to a superset. */
const singleByte: Readonly<Record<string, string>> = {
  'ISO-8859-1': 'windows-1252',
  'ISO-8859-2': 'iso-8859-2',
  'ISO-8859-5': 'iso-8859-5',
  'ISO-8859-6': 'iso-8859-6',
  'ISO-8859-7': 'windows-1253',
  'ISO-8859-8': 'windows-1255',
  'ISO-8859-9': 'windows-1254',
  'windows-1250': 'windows-1250',
  'windows-1251': 'windows-1251',
  'windows-1252': 'windows-1252',
  'windows-1253': 'windows-1253',
  'windows-1254': 'windows-1254',
  'windows-1255': 'windows-1255',
  'windows-1256': 'windows-1256',
  'windows-1257': 'windows-1257',
  'windows-874': 'windows-874',
  'KOI8-R': 'koi8-r',
};
/**
 * Minimum confidence of the best guess of `chardet`, and its minimum lead over the next, in
 * percent.
 */
const minConfidence = 12;
const minMargin = 5;
/** Minimum number of non-ASCII bytes for n-grams to be reliable. */
const minNgramBytes = 60;

async function guessSingleByte(bytes: Uint8Array): Promise<string | null> {
  const byLetters = guessByLetters((encoding) => decode(bytes, encoding));
  if (byLetters?.isClear === true) return byLetters.encoding;
  if (bytes.reduce((sum, byte) => (byte > 0x7f ? sum + 1 : sum), 0) < minNgramBytes) return null;
  const { analyse } = await import('chardet');
  const guesses = analyse(bytes).flatMap(({ name, confidence }) => {
    const encoding = singleByte[name];
    const text = encoding === undefined ? null : decode(bytes, encoding);
    return encoding === undefined || text === null || !isPlausible(text)
      ? []
      : [{ encoding, confidence, text }];
  });
  const [best] = guesses;
  const next = guesses.find(({ text }) => text !== best?.text);
  const isClear =
    best !== undefined &&
    best.confidence >= minConfidence &&
    best.confidence - (next?.confidence ?? 0) >= minMargin;
  return isClear ? best.encoding : null;
}

/** True when words are of one script, contain no signs and, if Latin, are mostly unaccented. */
function isPlausible(text: string): boolean {
  if (/[\u0080-\u009f]/.test(text)) return false;
  const beyond = text.match(/\P{ASCII}/gu)?.length ?? 0;
  const strange =
    text.match(
      /\p{L}(?!\p{ASCII})[^\p{L}\p{M}\u2019\u2010-\u2014\u00b7\u00ad\u00a0]\p{L}|\p{Ll}\p{Lu}|ς\p{L}|(?<![\p{L}\p{M}])\p{M}|[ÝÞ][bcdfghjklmnpqrstvwxz]|þ[bcdfghklmnpqstxz]|[ÈÌÒÙ]\p{Ll}|[Ÿÿƒªº¥¢£¤¦§¬¯±¹²³¼½¾×÷]\p{L}/gu,
    )?.length ?? 0;
  const foreign =
    text.match(
      /[\u00c0-\u024f]{4,}|[A-Za-z][\u0370-\u07ff\u0e00-\u0e7f]|[\u0370-\u07ff\u0e00-\u0e7f][A-Za-z]/gu,
    )?.length ?? 0;
  return (strange + foreign) * 12 <= beyond;
}
