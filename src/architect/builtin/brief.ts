import { type Topic, topics } from '../../db/schema/architect.ts';

export type Brief = Readonly<Partial<Record<Topic, string>>>;

/** A message that leaves a topic to the architect. */
const skips =
  /^(?:skip|next|you decide|your choice|default|pass|weiter|überspringen|egal|du entscheidest|passer|suivant|saltar|siguiente|pular|avanti|スキップ|おまかせ|お任せ|次へ|跳过|下一步|건너뛰기|تخطي|التالي)[.!。]?$/iu;
/** A message that ends the questions. */
const ends =
  /^(?:done|finish(?:ed)?|that[’']s all|create(?: it| the agent)?|fertig|das war[’']?s|erstellen|terminé|fini|créer|listo|terminado|crear|完了|以上です|作成|完成|创建|완료|انتهيت|تم|إنشاء)[.!。]?$/iu;

/** Titles of topics in messages such as `Tone: formal`. */
const named = new RegExp(`^(${topics.join('|')})\\s*[:：]\\s*([\\s\\S]+)$`, 'iu');

export interface Answer {
  readonly brief: Brief;
  /** The topic that the message is about; null for one that ends the questions. */
  readonly topic: Topic | null;
  /** The text about the topic; empty if it is left to the architect. */
  readonly text: string;
}

/**
 * Assigns a message to a topic: the one of the request, the one that it names, knowledge if documents come with it, or the one that was
 * asked. What has been said about a topic before is replaced. A message about no topic changes nothing.
 */
export function readAnswer(
  before: Brief,
  message: string,
  given: Topic | null,
  asked: Topic | null,
  hasDocuments = false,
): Answer {
  const clean = message.trim();
  if (ends.test(clean)) {
    const rest = topics.filter((topic) => before[topic] === undefined && topic !== 'purpose');
    const brief = { ...Object.fromEntries(rest.map((topic) => [topic, ''])), ...before };
    return { brief, topic: null, text: '' };
  }
  const [, name, body] = given === null ? (named.exec(clean) ?? []) : [];
  const isAboutDocuments = hasDocuments && before.purpose !== undefined && !skips.test(clean);
  const topic =
    given ??
    (name?.toLowerCase() as Topic | undefined) ??
    (isAboutDocuments ? 'knowledge' : asked) ??
    (before.purpose === undefined ? 'purpose' : null);
  if (topic === null) return { brief: before, topic, text: '' };
  const said = (body ?? clean).trim();
  const text = skips.test(said) && topic !== 'purpose' ? '' : said;
  return { brief: { ...before, [topic]: text }, topic, text };
}

/** Returns the topics that are not decided, in the order in which they are asked about. */
export const openTopics = (brief: Brief): Topic[] =>
  topics.filter((topic) => brief[topic] === undefined);
