import { words } from '../../shared/words.ts';

/** The answer of the built-in model when no passage matches: what is missing, and what the model is. */
interface NotFound {
  readonly passage: string;
  readonly document: string;
}

const english: NotFound = {
  passage:
    'I found nothing about that in the documents. (I am the built-in extractive model: I only quote passages, I do not reason about them.)',
  document:
    'I found no document about that. (I am the built-in extractive model: I only quote documents; for other answers choose a language model.)',
};

/** By the scripts that only one language uses, or mostly one; kana come before Chinese characters. */
const byScript: readonly (readonly [RegExp, NotFound])[] = [
  [
    /\p{Script=Thai}/u,
    {
      passage: 'ไม่พบข้อมูลเกี่ยวกับเรื่องนี้ในเอกสาร (โมเดลในตัวนี้อ้างอิงข้อความจากเอกสารเท่านั้น)',
      document: 'ไม่พบเอกสารเกี่ยวกับเรื่องนี้ (โมเดลในตัวนี้อ้างอิงข้อความจากเอกสารเท่านั้น)',
    },
  ],
  [
    /[\p{Script=Hiragana}\p{Script=Katakana}]/u,
    {
      passage: '文書にはその情報が見つかりませんでした。（内蔵モデルは文書を引用するだけです。）',
      document: 'それに関する文書が見つかりませんでした。（内蔵モデルは文書を引用するだけです。）',
    },
  ],
  [
    /\p{Script=Hangul}/u,
    {
      passage: '문서에서 해당 내용을 찾지 못했습니다. (내장 모델은 문서를 인용하기만 합니다.)',
      document: '관련 문서를 찾지 못했습니다. (내장 모델은 문서를 인용하기만 합니다.)',
    },
  ],
  [
    /\p{Script=Han}/u,
    {
      passage: '文档中没有找到相关内容。（内置模型只引用文档中的段落。）',
      document: '没有找到相关文档。（内置模型只引用文档。）',
    },
  ],
];

/** By words that are frequent in questions of one language and not words of the others. */
const byWords: readonly (readonly [string, NotFound])[] = [
  [
    'der das ist wie wer wann wo warum welche welcher welches und für ich gibt kann nicht wird wurde eine',
    {
      passage:
        'Dazu habe ich in den Dokumenten nichts gefunden. (Das eingebaute Modell zitiert nur Dokumente.)',
      document:
        'Dazu habe ich kein Dokument gefunden. (Das eingebaute Modell zitiert nur Dokumente.)',
    },
  ],
  [
    'est quel quelle quels quelles qui où quand comment pourquoi combien dans une les des sont pour puis-je',
    {
      passage:
        'Je n’ai rien trouvé à ce sujet dans les documents. (Le modèle intégré ne fait que citer des documents.)',
      document:
        'Je n’ai trouvé aucun document à ce sujet. (Le modèle intégré ne fait que citer des documents.)',
    },
  ],
  [
    'qué quién quiénes cuál cuáles cuándo cuánto cuánta cuántos cuántas dónde cómo el los las una del es puedo',
    {
      passage:
        'No he encontrado nada sobre eso en los documentos. (El modelo integrado solo cita documentos.)',
      document:
        'No he encontrado ningún documento sobre eso. (El modelo integrado solo cita documentos.)',
    },
  ],
];

/** Returns the texts in the language of a question, as far as its script or its words show it; else in English. */
export function notFound(question: string): NotFound {
  const text = byScript.find(([script]) => script.test(question))?.[1];
  if (text !== undefined) return text;
  const asked = new Set(words(question));
  const ranked = byWords
    .map(([list, texts]) => ({
      texts,
      count: list.split(' ').filter((word) => asked.has(word)).length,
    }))
    .sort((a, b) => b.count - a.count);
  const [best, next] = ranked;
  return best !== undefined && best.count >= 2 && best.count > (next?.count ?? 0)
    ? best.texts
    : english;
}
