/** Words by which instructions show a rule, by language. */
type Cues = Readonly<Record<string, RegExp>>;

export const scopeCues: Cues = {
  en: /\b(?:only|scope|outside|off-topic|unrelated|limit(?:ed)? to|refuse|decline|never|do not|don[’']t)\b/iu,
  de: /(?<!\p{L})(?:nur|ausschließlich|außerhalb|lehne|ablehnen|nicht|keine[nrs]?)(?!\p{L})/iu,
  fr: /(?<!\p{L})(?:seulement|uniquement|hors|refuse[rz]?|jamais|ne \p{L}+ pas)(?!\p{L})/iu,
  es: /(?<!\p{L})(?:solo|sólo|solamente|únicamente|fuera|rechaza|nunca|no)(?!\p{L})/iu,
  it: /(?<!\p{L})(?:solo|soltanto|esclusivamente|fuori|rifiuta|mai|non)(?!\p{L})/iu,
  pt: /(?<!\p{L})(?:só|somente|apenas|fora|recuse|nunca|não)(?!\p{L})/iu,
  nl: /(?<!\p{L})(?:alleen|uitsluitend|buiten|weiger|nooit|niet|geen)(?!\p{L})/iu,
  ru: /(?<!\p{L})(?:только|исключительно|вне|отказ\p{L}*|никогда|не)(?!\p{L})/iu,
  ja: /のみ|だけ|以外|範囲|限り|断|しない|禁止/u,
  zh: /只|仅|僅|以外|范围|範圍|拒绝|拒絕|不要|不得/u,
  ko: /만 |범위|외에는|거절|마세요|않/u,
  ar: /فقط|خارج|نطاق|ارفض|لا /u,
};
