import { detectLanguage } from '../../documents/index.ts';

/** Sentences that a new agent says in the language of its brief. */
export interface Phrases {
  readonly welcome: string;
  readonly no_answer: string;
  /** Asks about a topic, with words that no search mistakes for a subject. */
  readonly ask: (topic: string) => string;
  /** A question that no business answers from its documents. */
  readonly decline: string;
}

export const english: Phrases = {
  welcome: 'Hello! How can I help you?',
  no_answer: 'I could not find an answer to that in the documents.',
  ask: (topic) => `What about ${topic}?`,
  decline: 'Who won the football World Cup in 1998?',
};

const phrases: Readonly<Record<string, Phrases>> = {
  en: english,
  de: {
    welcome: 'Hallo! Wie kann ich Ihnen helfen?',
    no_answer: 'Dazu habe ich in den Dokumenten nichts gefunden.',
    ask: (topic) => `Wie ist das mit ${topic}?`,
    decline: 'Wer gewann 1998 die Fußball-Weltmeisterschaft?',
  },
  fr: {
    welcome: 'Bonjour ! Comment puis-je vous aider ?',
    no_answer: 'Je n’ai pas trouvé de réponse à ce sujet dans les documents.',
    ask: (topic) => `${topic} ?`,
    decline: 'Qui a gagné la Coupe du monde de football en 1998 ?',
  },
  es: {
    welcome: '¡Hola! ¿En qué puedo ayudarle?',
    no_answer: 'No he encontrado una respuesta en los documentos.',
    ask: (topic) => `¿${topic}?`,
    decline: '¿Quién ganó el Mundial de fútbol de 1998?',
  },
  it: {
    welcome: 'Buongiorno! Come posso aiutarla?',
    no_answer: 'Non ho trovato una risposta nei documenti.',
    ask: (topic) => `${topic}?`,
    decline: 'Chi ha vinto i Mondiali di calcio del 1998?',
  },
  pt: {
    welcome: 'Olá! Como posso ajudar?',
    no_answer: 'Não encontrei uma resposta nos documentos.',
    ask: (topic) => `${topic}?`,
    decline: 'Quem ganhou a Copa do Mundo de futebol de 1998?',
  },
  nl: {
    welcome: 'Hallo! Waarmee kan ik u helpen?',
    no_answer: 'Ik heb daarover niets in de documenten gevonden.',
    ask: (topic) => `${topic}?`,
    decline: 'Wie won het wereldkampioenschap voetbal in 1998?',
  },
  pl: {
    welcome: 'Dzień dobry! W czym mogę pomóc?',
    no_answer: 'Nie znalazłem odpowiedzi w dokumentach.',
    ask: (topic) => `${topic}?`,
    decline: 'Kto wygrał mistrzostwa świata w piłce nożnej w 1998 roku?',
  },
  tr: {
    welcome: 'Merhaba! Size nasıl yardımcı olabilirim?',
    no_answer: 'Belgelerde bununla ilgili bir yanıt bulamadım.',
    ask: (topic) => `${topic}?`,
    decline: '1998 Dünya Kupası’nı kim kazandı?',
  },
  ru: {
    welcome: 'Здравствуйте! Чем могу помочь?',
    no_answer: 'Я не нашёл ответа в документах.',
    ask: (topic) => `${topic}?`,
    decline: 'Кто выиграл чемпионат мира по футболу в 1998 году?',
  },
  ja: {
    welcome: 'こんにちは。どのようなご用件でしょうか。',
    no_answer: '文書の中に回答が見つかりませんでした。',
    ask: (topic) => `${topic}？`,
    decline: '1998年のサッカーワールドカップで優勝したのはどこですか？',
  },
  zh: {
    welcome: '您好！请问有什么可以帮您？',
    no_answer: '我在文档中没有找到答案。',
    ask: (topic) => `${topic}？`,
    decline: '1998年足球世界杯冠军是谁？',
  },
  ko: {
    welcome: '안녕하세요! 무엇을 도와드릴까요?',
    no_answer: '문서에서 답을 찾지 못했습니다.',
    ask: (topic) => `${topic}?`,
    decline: '1998년 월드컵에서 우승한 나라는 어디입니까?',
  },
  ar: {
    welcome: 'مرحبًا! كيف يمكنني مساعدتك؟',
    no_answer: 'لم أجد إجابة عن ذلك في المستندات.',
    ask: (topic) => `${topic}؟`,
    decline: 'من فاز بكأس العالم لكرة القدم عام 1998؟',
  },
  hi: {
    welcome: 'नमस्ते! मैं आपकी क्या मदद कर सकता हूँ?',
    no_answer: 'मुझे दस्तावेज़ों में इसका उत्तर नहीं मिला।',
    ask: (topic) => `${topic}?`,
    decline: '1998 का फुटबॉल विश्व कप किसने जीता?',
  },
};

/** Scripts of languages with phrases, for texts that are too short to be recognized. */
const scripts: readonly (readonly [RegExp, string])[] = [
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/u, 'ja'],
  [/\p{Script=Hangul}/u, 'ko'],
  [/\p{Script=Han}/u, 'zh'],
  [/\p{Script=Arabic}/u, 'ar'],
  [/\p{Script=Cyrillic}/u, 'ru'],
  [/\p{Script=Devanagari}/u, 'hi'],
];

/** Returns the language of a text as a BCP 47 tag; `en` when it is not clear. */
export const languageOf = (text: string): string =>
  detectLanguage(text) ?? scripts.find(([script]) => script.test(text))?.[1] ?? 'en';

/** Returns the phrases of a language; null for a language without. */
export const phrasesOf = (language: string): Phrases | null =>
  phrases[language.split('-')[0] ?? ''] ?? null;
