/** Openings of messages without a topic, in common languages; longer ones first. */
const openings = [
  // English
  "hello( there)?|hey( there)?|hiya|hi( there| all| team)?|good (morning|afternoon|evening|day)|greetings|dear [^,]{1,30},|thanks?( you)?( so much| very much)?( in advance)?|please|ok(ay)?|well|so|um+|quick question|(i have|i've got) an? (quick )?question( about| on| regarding)?|i hope (you are|you're) (doing )?well",
  '(can|could|would|will) (you|someone|anyone)( please| kindly)?( help me( with| to)?| tell me( about)?| explain( to me)?| show me| give me| let me know)?|(please )?(help me( with| to)?|tell me( about| more about)?|explain( to me)?|show me|let me know)',
  "i(’d| would|'d) (like|love) to( know( about| if| whether)?| ask( about| if| whether)?| learn( about| more about)?)?|i (want|need|wish|am trying|'m trying|’m trying)( to( know| understand| find out)?)?( help with)?|i(’m| am|'m) (wondering|looking for|curious)( about| if| whether)?|i was wondering( about| if| whether)?|do you (know|happen to know)|any idea",
  "what(’s|'s| is) up with( the| my)?|(what|who|where)( is|’s|'s| are| was| were)( the| a| an| your| my)?|what about( the| a)?|how (do|can|should|could|would) (i|we|you|one)|how to|(what|which|where|how)(?= the | an? | my | your )|is there (a |any )?(way to)?|are there( any)?|where (can|do|should) (i|we)( find| get)?",
  // German
  'hallo( zusammen)?|guten (tag|morgen|abend)|moin|grüezi|servus|sehr geehrte[^,]{1,40},|danke( schön)?|vielen dank( im voraus)?|bitte|(können|könnten|kannst|könntest) (sie|du)( mir)?( bitte)?( sagen| erklären| helfen)?|ich (möchte|will|würde gerne?|hätte gerne?)( wissen| fragen)?|ich habe eine frage( zu[mr]?)?|(was|wer|wo) (ist|sind|war)( der| die| das| ein| eine)?|wie (kann|muss|soll) ich|gibt es( eine?)?',
  // French
  "bonjour|bonsoir|salut|merci( beaucoup| d'avance)?|s'il (vous|te) pla[iî]t|svp|(pouvez|pourriez)[- ]vous( me)?( dire| expliquer| aider)?|(peux|pourrais)[- ]tu( me)?( dire| expliquer)?|je (voudrais|souhaite|veux|cherche)( savoir)?|j'aimerais( savoir)?|qu'est[- ]ce que( c'est)?|qu'est-ce qu'|(quel|quelle|quels|quelles) (est|sont)( le| la| les)?|comment (puis-je|faire pour)|est-ce que( vous)?",
  // Spanish, Portuguese, Italian
  '¿|¡|hola|buen[oa]s (d[ií]as|tardes|noches)|gracias|por favor|(puede|puedes|podr[ií]a|podr[ií]as)( usted)?( decirme| explicarme| ayudarme( con)?)?|(quisiera|me gustar[ií]a|quiero|necesito)( saber)?|cu[aá]l(es)? (es|son)( el| la| los| las)?|qu[eé] es( el| la)?|c[oó]mo puedo|ol[aá]|bom dia|boa (tarde|noite)|obrigad[oa]|ciao|buongiorno|grazie|per favore|vorrei( sapere)?|qual [eè]( il| la)?',
];

/** Openings in scripts without spaces, where a phrase ends at the next word. */
const denseOpenings =
  '你好|您好|嗨|大家好|早上好|下午好|晚上好|谢谢(你|您)?|麻烦(你|您)?|请问(一下)?|请(你|您)?(告诉我|解释(一下)?|帮我|帮忙|介绍(一下)?)?|(我)?想(问|知道|了解|请教)(一下)?|我(要|需要)|(你|您)?(能不能|可不可以|能否|可以|能)(帮我|告诉我|解释(一下)?)|帮我|关于|什么是|' +
  'こんにちは|おはよう(ございます)?|こんばんは|すみません|ありがとう(ございます)?|教えてください|' +
  'สวัสดี(ครับ|ค่ะ|คะ)?|ขอบคุณ(มาก)?(ครับ|ค่ะ|คะ)?|รบกวน(สอบถาม|ถาม)?|ขอ(ถาม|สอบถาม)(หน่อย)?|อยาก(ทราบ|รู้|ถาม|สอบถาม)(ว่า)?|ช่วย(บอก|อธิบาย|แนะนำ)?(หน่อย)?|(ครับ|ค่ะ|คะ)';

/** Verbs that end an indirect question in English: “what the warranty period is”. */
const closingVerb = /(?<=[\p{L}\p{N}])\s+(?:is|are|was|were)$/iu;

const closings =
  /(?:[\s,.;!\u3002\uff01\uff0c\u3001]|^)*(?:(?:please|thanks?( you)?( so much| very much| a lot)?( in advance)?|cheers|bitte|danke( schön)?|vielen dank|merci( d'avance| beaucoup)?|s'il vous pla[iî]t|svp|gracias|por favor|obrigad[oa]|grazie)(?![\p{L}\p{M}])|谢谢(你|您)?|多谢|是什么|吗|呢|啊|ありがとう(ございます)?|ですか|教えてください|(ครับ|ค่ะ|คะ|นะ|ขอบคุณ|หน่อย|บ้าง|ไหม|คืออะไร|อะไร))[\s.,!?\u3002\uff01\uff1f]*$/iu;

const opening = new RegExp(
  `^(?:(?:${openings.join('|')})(?![\\p{L}\\p{M}\\p{N}])|${denseOpenings})`,
  'iu',
);
/** Punctuation between and within sentences, including East Asian. */
const stops = String.raw`\s,.;:!?¿¡؟…~*\u3001-\u3003\uff01\uff0c\uff0e\uff1a\uff1b\uff1f\uff5e`;
const separators = new RegExp(`^[${stops}()[\\]#>-]+`, 'u');
const enders = new RegExp(`[${stops}]+$`, 'u');
const noun = /^(?:the|an?|der|die|das|le|la|les|el|los|las|il)\s+(?=\p{L})/iu;

/** Returns a sentence without greetings, thanks and question phrases around its topic; empty when nothing else is left. */
export function withoutFiller(sentence: string): string {
  let text = sentence.trim().replace(separators, '').replace(enders, '');
  for (let before = ''; before !== text; ) {
    before = text;
    text = text
      .replace(opening, '')
      .replace(separators, '')
      .replace(closings, '')
      .replace(enders, '');
  }
  return text.replace(closingVerb, '').replace(noun, '').trim();
}
