import { detectLanguage } from '../documents/index.ts';

/** Words by which instructions and answers say that there is no answer, by language. */
export const unanswerableCues: Readonly<Record<string, RegExp>> = {
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

/** Words of a person who cannot or may not answer. "You cannot return it" is an answer. */
const apology =
  /\b(?:sorry|apologi[sz]e|unfortunately)\b|\b(?:I|we)(?:[’']m| am|[’']re| are)?\s+(?:\w+\s+)?(?:unable|not able|can(?:no|’|')t)\b|outside (?:of )?(?:my|the) |out of (?:my )?scope|leider|désolé|lo siento|mi dispiace|desculpe|przepraszam|üzgünüm|извините|к сожалению|申し訳|抱歉|죄송|عذر|آسف|क्षमा/iu;

/** An answer that declines says so at its beginning. */
const readChars = 400;

/** Returns true if an answer says that it is none. */
export function declines(answer: string): boolean {
  const start = answer.slice(0, readChars);
  if (apology.test(start)) return true;
  const cues = unanswerableCues[detectLanguage(start) ?? ''];
  return cues === undefined
    ? Object.values(unanswerableCues).some((one) => one.test(start))
    : cues.test(start);
}

/** What tells whether an answer declines. */
interface Declined {
  readonly text: string;
  readonly finish_reason: string | null;
  readonly coverage: 'full' | 'partial' | 'none' | null;
  readonly has_citations: boolean;
  readonly knowledge: { readonly no_answer: string; readonly scope: string };
}

/**
 * Returns true if a run has declined: it ended without an answer, answered with the text for that, or says so without citing
 * anything, and a version that answers from documents alone if they do not hold the answer.
 */
export function isDeclined({
  text,
  finish_reason,
  coverage,
  has_citations,
  knowledge,
}: Declined): boolean {
  if (finish_reason === 'no_answer' || text.trim() === knowledge.no_answer.trim()) return true;
  if (has_citations) return false;
  return declines(text) || (coverage === 'none' && knowledge.scope === 'only');
}
