/**
 * Sentences of assistants that do not answer, by language. Each pattern needs who cannot or where nothing was found: "You cannot
 * return it" is an answer.
 */
const refusals: readonly RegExp[] = [
  // English
  /\b(?:I|we)\b[^.?!\n]{0,40}\b(?:can(?:no|['’])t|could(?: not|n['’]t)|unable|not able|do(?: not|n['’]t) (?:have|know)|did(?: not|n['’]t) find|found (?:no|nothing)|not sure)\b/iu,
  /\b(?:documents?|sources?|passages?|context|knowledge base|information (?:provided|available))\b[^.?!\n]{0,60}\b(?:not|n['’]t) (?:contain|mention|cover|include|say|provide|state|answer|specify)/iu,
  /\b(?:no|not enough|insufficient) (?:\w+ )?(?:information|answer) /iu,
  /\b(?:sorry|apologi[sz]e|unfortunately|regret)\b[^.?!\n]{0,80}\b(?:can(?:no|['’])?t|not|no|unable|outside|beyond|don['’]t|couldn['’]t)\b/iu,
  /\b(?:outside|beyond) (?:of )?(?:my|our|the) (?:scope|knowledge|expertise|area)|\bout of (?:my |our )?scope\b/iu,
  // German
  /\b(?:ich|wir)\b[^.?!\n]{0,60}\b(?:nicht|nichts|keine\p{L}*)\b[^.?!\n]{0,60}(?:gefunden|finden|beantworten|helfen|sagen|antwort|information|angaben)/iu,
  /weiß (?:ich )?(?:das |es )?(?:leider )?nicht|\bdazu\b[^.?!\n]{0,60}\bnichts\b|(?:dokument|unterlagen|quellen)\p{L}*[^.?!\n]{0,60}\b(?:nichts|keine\p{L}*)|\bleider (?:kann|habe|weiß|liegen|konnte)/iu,
  // French, Spanish, Italian, Portuguese, Dutch
  /\b(?:je|nous) n(?:e |['’])[^.?!\n]{0,60}(?:\bpas\b|\baucune?\b|\brien\b)|\baucune (?:réponse|information)|désolée?[^.?!\n]{0,60}\bpas\b/iu,
  /\bno (?:he |hemos |puedo|podemos|sé\s|tengo|encuentro|encontré|dispongo|hay (?:información|respuesta))|\blo siento[^.?!\n]{0,60}\bno\b/iu,
  /\bnon (?:ho|abbiamo|posso|possiamo|so|trovo|ci sono informazioni)\b|\bmi dispiace[^.?!\n]{0,60}\bnon\b/iu,
  /\bnão (?:encontrei|encontramos|posso|podemos|sei\b|tenho|consegui|há informa)/iu,
  /\b(?:ik|wij|we)\b[^.?!\n]{0,60}\b(?:niet|niets|geen)\b[^.?!\n]{0,60}(?:gevonden|vinden|beantwoorden|helpen|antwoord|informatie)|\bik weet (?:het |dat )?niet\b/iu,
  // Polish, Turkish, Russian
  /\bnie (?:znalaz|wiem|mogę|mam informacji)/iu,
  /bulamadı[mk]|bilmiyor(?:um|uz)|yardımcı olama|yanıt vereme/iu,
  /(?<!\p{L})не (?:наш[её]л|нашла|нашли|знаю|могу|можем|удалось найти|располагаю)|(?<!\p{L})нет (?:информации|ответа)/iu,
  // Japanese, Chinese, Korean, Arabic, Hindi
  /見つかりません|見つけられません|わかりません|分かりません|お答えできません|お答えできかね/u,
  /没有找到|沒有找到|未找到|找不到|我不知道|我不清楚|无法回答|無法回答|没有(?:相关|提供)?信息/u,
  /찾지 못했|찾을 수 없|모르겠|답변(?:드릴|할|해 드릴) 수 없|도와드릴 수 없/u,
  /لم أجد|لم نجد|لا أعرف|لا أعلم|لا أستطيع|لا يمكنني|لا توجد معلومات/u,
  /नहीं मिल|मुझे नहीं पता|मुझे मालूम नहीं|नहीं बता सकत|उत्तर नहीं दे/u,
];

/** An answer that declines does so at its beginning. */
const readChars = 400;

/** Returns true if an answer says that it is none. */
const declines = (answer: string): boolean => {
  const start = answer.slice(0, readChars);
  return refusals.some((one) => one.test(start));
};

/** An answer with what its run tells about it. */
interface Answered {
  readonly text: string;
  readonly finish_reason: string | null;
  readonly coverage: 'full' | 'partial' | 'none' | null;
  readonly has_citations: boolean;
  readonly knowledge: { readonly no_answer: string; readonly scope: string };
}

/**
 * Returns true if a run has declined: it ended without an answer, answered with the text for that, or declines without citing
 * anything; a version that answers from documents alone also if they do not hold the answer.
 */
export function isDeclined({
  text,
  finish_reason,
  coverage,
  has_citations,
  knowledge,
}: Answered): boolean {
  if (finish_reason === 'no_answer' || text.trim() === knowledge.no_answer.trim()) return true;
  if (has_citations) return false;
  return declines(text) || (coverage === 'none' && knowledge.scope === 'only');
}
