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

export const unanswerableCues: Cues = {
  en: /\b(?:do(?:es)? not|don[’']t|doesn[’']t|cannot|can[’']t|not|no) (?:\w+ ){0,2}(?:know|find|found|contain|hold|cover(?:ed)?|sure|certain|answer(?:ed)?|information|available)\b|\bunanswerable\b|\bunsure\b|\bsay so\b/iu,
  de: /(?:weiß|weißt|finde\p{L}*|kenn\p{L}*|beantwort\p{L}*|enthalten|enthält|sicher)[^.\n]{0,40}(?:nicht|nichts|keine)|(?:nicht|nichts|keine)[^.\n]{0,40}(?:weiß|find\p{L}*|gefunden|beantwort\p{L}*|enthalten|enthält|sicher|Antwort)|unklar/iu,
  fr: /ne (?:\p{L}+ )?(?:sais|sait|savez|trouve\p{L}*|connais\p{L}*|peux|contien\p{L}*) (?:pas|rien)|pas de réponse|aucune réponse/iu,
  es: /no (?:\p{L}+ )?(?:sabes?|sepas?|encuentr\p{L}+|puedes responder|contien\p{L}+|hay respuesta)/iu,
  it: /non (?:\p{L}+ )?(?:sai|sapere|trovi|trovat\p{L}|puoi rispondere|contengono)|nessuna risposta/iu,
  pt: /não (?:\p{L}+ )?(?:sabe\p{L}*|souber|encontr\p{L}+|puder responder|contêm|houver)/iu,
  nl: /(?:niet|geen) (?:\p{L}+ )?(?:weet|vind\p{L}*|gevonden|antwoord|zeker)|weet [^.\n]{0,20}niet/iu,
  ru: /не (?:\p{L}+ )?(?:знаешь|знаете|знает|найд\p{L}+|наш\p{L}+|увер\p{L}+|содерж\p{L}+)|нет ответа/iu,
  ja: /わからない|分からない|わかりません|分かりません|見つから|不明|記載がない|書かれていない/u,
  zh: /不知道|找不到|没有找到|沒有|无法回答|無法回答|不确定|不確定/u,
  ko: /모르|찾을 수 없|답할 수 없|없으면|확실하지/u,
  ar: /لا (?:تعرف|تعلم|تجد|توجد|يوجد)|لم تجد|غير (?:موجود|متوفر|متأكد)/u,
};
