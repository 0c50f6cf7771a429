/** Agents of twelve fields and languages: what the owner says, and what the agent must answer in the end. */
export interface Brief {
  readonly language: string;
  readonly domain: RegExp;
  readonly purpose: string;
  readonly knowledge: string;
  /** A question of a user, and a part of the answer. */
  readonly question: string;
  readonly answer: string;
}

export const briefs: readonly Brief[] = [
  {
    language: 'English',
    domain: /customer support/,
    purpose:
      'Answer questions of customers about our espresso machines: warranty, complaints, descaling.',
    knowledge:
      'Warranty: Every machine has a warranty of two years from the date of purchase.\nDescaling: Descale the machine every three months.\nReturns: Machines can be returned within 30 days.',
    question: 'How often do I have to descale the machine?',
    answer: 'every three months',
  },
  {
    language: 'German',
    domain: /HR assistant/,
    purpose: 'Beantwortet Fragen der Mitarbeiter zu Urlaub, Krankmeldung und Gehalt.',
    knowledge:
      '# Urlaub\nAlle Mitarbeiter haben 28 Tage Urlaub im Jahr.\n\n# Krankmeldung\nEine Krankmeldung ist am ersten Tag vor 9 Uhr nötig.\n\n# Gehalt\nDas Gehalt wird am 25. des Monats überwiesen.',
    question: 'Wie viele Tage Urlaub habe ich?',
    answer: '28 Tage',
  },
  {
    language: 'Japanese',
    domain: /guest assistant/,
    purpose: 'ホテルの宿泊客からの質問に答えるエージェントです。',
    knowledge:
      '朝食：朝食は7時から10時まで一階のレストランで提供します。\nチェックイン：チェックインは15時からです。\n駐車場：駐車場は一泊1000円です。',
    question: '朝食は何時からですか？',
    answer: '7時',
  },
  {
    language: 'Arabic',
    domain: /patient information/,
    purpose: 'الإجابة عن أسئلة المرضى حول عيادة الأسنان والمواعيد.',
    knowledge:
      'ساعات العمل: العيادة مفتوحة من الأحد إلى الخميس من الساعة 9 إلى الساعة 17.\nالمواعيد: يمكن حجز المواعيد عبر الهاتف 0123456789.\nالعنوان: العيادة في شارع الملك فهد.',
    question: 'ما هي ساعات العمل في العيادة؟',
    answer: '17',
  },
  {
    language: 'French',
    domain: /citizen service/,
    purpose: 'Répondre aux questions des citoyens de la mairie sur les démarches.',
    knowledge:
      'Passeport : Pour un passeport il faut une photo et un justificatif de domicile.\nHoraires : La mairie est ouverte du lundi au vendredi de 8 h à 16 h.\nDéchets : Les déchets verts sont ramassés le mardi.',
    question: 'Que faut-il pour un passeport ?',
    answer: 'justificatif de domicile',
  },
  {
    language: 'Spanish',
    domain: /fitness/,
    purpose: 'Responde preguntas sobre nuestro gimnasio: clases de yoga, precios y horarios.',
    knowledge:
      'Horario: El gimnasio abre todos los días de 7 a 22 horas.\nPrecio: La cuota mensual cuesta 39 euros.\nYoga: Las clases de yoga son los lunes a las 18 horas.',
    question: '¿Cuánto cuesta la cuota mensual?',
    answer: '39 euros',
  },
  {
    language: 'English, IT',
    domain: /IT help desk/,
    purpose: 'IT support for employees: VPN, password resets, laptop problems.',
    knowledge:
      'Q: How do I reset my password?\nA: Open the self-service portal and choose Reset password.\n\nQ: How do I connect to the VPN?\nA: Start the VPN client and sign in with your token.\n',
    question: 'How do I connect to the VPN?',
    answer: 'token',
  },
  {
    language: 'Chinese',
    domain: /logistics/,
    purpose: '回答客户关于快递和物流配送的问题。',
    knowledge:
      '配送时间：国内快递需要三天送达。\n重量限制：每个包裹最重30公斤。\n退货：收货后七天内可以退货。',
    question: '每个包裹最重多少公斤？',
    answer: '30公斤',
  },
  {
    language: 'Portuguese',
    domain: /insurance/,
    purpose: 'Responder perguntas de clientes sobre o nosso seguro: police, fraude e banco.',
    knowledge:
      'Cobertura: O seguro cobre danos por água até 10.000 euros.\nFranquia: A franquia é de 150 euros por sinistro.\nPrazo: Um sinistro deve ser comunicado em oito dias.',
    question: 'Qual é a franquia por sinistro?',
    answer: '150 euros',
  },
  {
    language: 'Russian',
    domain: /visitor/,
    purpose: 'Отвечать на вопросы посетителей нашего музея.',
    knowledge:
      'Часы работы: Музей открыт с 10 до 18 часов кроме понедельника.\nБилеты: Билет стоит 500 рублей.\nЭкскурсии: Экскурсии проходят каждую субботу в 12 часов.',
    question: 'Сколько стоит билет?',
    answer: '500 рублей',
  },
  {
    language: 'Korean',
    domain: /restaurant/,
    purpose: '식당 손님의 메뉴와 예약 질문에 답합니다.',
    knowledge:
      '영업시간: 식당은 오전 11시부터 오후 9시까지 영업합니다.\n예약: 예약은 전화로 할 수 있습니다.\n주차: 주차는 두 시간 무료입니다.',
    question: '주차는 몇 시간 무료입니까?',
    answer: '두 시간',
  },
  {
    language: 'Dutch',
    domain: /real estate/,
    purpose: 'Beantwoord vragen van huurders over onze woningen en de huur.',
    knowledge:
      'Huur: De huur wordt op de eerste dag van de maand betaald.\nReparaties: Reparaties meldt u via het portaal.\nHuisdieren: Huisdieren zijn toegestaan na overleg.',
    question: 'Zijn huisdieren toegestaan?',
    answer: 'na overleg',
  },
];
