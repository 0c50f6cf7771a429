import { once } from '../../shared/once.ts';

/** Frequent words of languages that share a script, in lower case and NFC. A word may be of several. */
const lists: Readonly<Record<string, string>> = {
  // Latin
  af: 'die en van in is het nie dat vir met op hierdie wat word deur aan sy jy jou ons hulle kan moet sal om te maar ook wanneer',
  az: 'və bu bir üçün ilə də da ki olan olaraq kimi daha çox hər edir olunur deyil bütün sonra necə var yox ya hansı onun ən',
  ca: 'el la de que i en un una els les per amb del al no es és són aquest aquesta però més com ha seva dels pot quan també sobre pel fins tots has qui on només',
  cs: 'a se v na je že s z do o k i to jako pro ale by jsou který která které nebo od po při byl být bude není tak také lze jeho už pouze kde před může ze mezi jen',
  cy: 'y yr a i o yn ar mae am gan wedi nid bod ei eu fel gyda hyn neu ond oedd gallwch eich chi pob cael wrth ac',
  da: 'og i at er en det til på som af for med den der ikke de har et kan fra om var skal ved eller men også vi du blive bliver mig sig hvis når efter noget hvad denne dette kun din ud over blev uden',
  de: 'der die und das ist nicht mit von den dem ein eine zu auf im sich des für als auch werden wird bei oder kann es an sind aus nach wie dass einen einer nur wenn wurde sie ich zur zum über vor durch aber alle mehr ihre haben hat dieser diese dieses keine',
  en: 'the of and to in is that for it with as on be this are by at from or an not have was you which can if will has your all their but when what one there how may should must we they would been any these were no do',
  eo: 'la kaj de en estas al por ne kun ke el ĉi tiu pri aŭ povas kiel sed ĝi oni estis ĉu aliaj nur tio ili per plej ankaŭ viaj via',
  es: 'de la que el en y los se del las un por con no una su para es al lo como más pero sus este esta o ha son cuando puede también entre sin sobre hay desde está muy ser todo si donde qué cada usted tiene debe fue',
  et: 'ja on ei et see kui mis ka oma aga või selle mida kõik siis seda saab välja võib olla pole kes nagu ole oli tema ning selles ainult kas peab',
  eu: 'eta da ez du bat hau izan dira ere egin baina edo dute zen ditu honen bere behar batean dago nola dela gabe hori beste zure izango dituzte',
  fi: 'ja on ei se että oli ovat kun tai mutta myös joka hän niin kuin voi sen ole tämä mitä jos siitä olla sekä ne vain tämän jotka mukaan voidaan pitää sinun käyttää minun',
  fr: 'de la le et les des en un une du que est pour qui dans par sur pas au plus avec ce il ne se sont ou aux cette mais son ses être nous vous leur comme votre ont fait peut si sans été dont elle tout ces peuvent quand',
  ga: 'an agus na a ar is i ag le go bhfuil ní don nó sé seo leis mar tá atá sin chun bhí do ó faoi gach raibh níl',
  gl: 'de a que o e do da en un os unha por con non para as dos é se ao como máis polo pola esta este no na ou foi pode son nos aos seu súa cando tamén ás desde sobre algunha ten',
  ha: 'da na a ya ta ba wannan cikin kuma don shi ne ce daga ko ga yana suna wanda an sun za tare amma wata su domin yadda akan',
  hr: 'i je u se na za da od su ne s koji koja što će bi biti može kako ili nije samo te kao iz do po o ako prema koje kada također samo mora tijekom prije sve uvjet tko gdje godine vrijeme sa ovaj nema',
  hu: 'a az és hogy nem is egy ez meg van csak de vagy mint ha azt már kell volt el még lehet minden ezt ki be után szerint ami nincs sem lesz pedig által között',
  id: 'yang dan di dengan untuk ini dari pada dalam tidak itu adalah akan ke oleh atau sebagai dapat anda juga telah bisa karena jika ada tersebut saat bahwa kami lebih sudah saya harus secara tetapi',
  is: 'og að í er á um sem við til en með var það ekki af fyrir eru því frá eða verið þess hann þetta ég hefur má þú sé þessi ef þar þegar skal',
  it: 'di che e la il un a per è in una sono non del si con da le dei della i al nel lo come più gli ma anche alla su o questo questa ha delle essere può dal sul nella quando se viene suo degli tutti ogni deve',
  la: 'et in est non ad ut sed cum ex qui quod per si nec atque ac aut enim quae at vel id eius nunc sit amet',
  lt: 'ir yra kad į iš su ar tai kaip bet buvo už ne apie jis pagal po gali būti šis jei jo kai nuo savo tik arba per prie nėra kuris turi jūsų šio',
  lv: 'un ir no ar uz ka par tas kā vai ne pie bet to tiek var būt ja nav lai kas pēc šo jūs tikai arī gan savu kuru viņa tika līdz šis kad',
  ms: 'yang dan di dengan untuk ini dari pada dalam tidak itu adalah akan ke oleh atau sebagai boleh anda juga telah kerana jika ada tersebut bahawa lebih perlu semasa saya ialah tetapi mereka kepada hendaklah',
  mt: 'il ta li u ma fil tal lil minn biex dan din għal mill hija huwa jekk jew dawn fi kull tista hemm qed wara',
  nl: 'de het een van en in is dat op te zijn voor met niet aan er om ook als dit maar bij of door over naar uit nog worden wordt kan deze heeft u je wij zij tot dan meer wel hebben was geen moet hun welke uw',
  nb: 'og i å er en det til på som av for med den ikke de har et kan fra om var skal ved eller men også vi du bli blir meg seg hvis når etter noe hva denne dette kun din ut over ble uten enn mot',
  nn: 'og i å er ein det til på som av for med den ikkje dei har eit kan frå om var skal ved eller men òg vi du bli blir meg seg viss når etter noko kva denne dette berre din ut over vart utan enn mot eg kor',
  pl: 'i w na z się nie do że to jest o po jak co dla od za przez ale ich są ten być oraz może jego lub tym tylko przy już było czy które który jako tego można jeśli ze aby także został należy',
  pt: 'de a que o e do da em um para com não uma os no se na por mais as dos como mas ao das foi à ou ser seu sua quando muito nos já está também pelo pela até isso são você pode ele essa este é tem qual',
  ro: 'de și în la a cu nu pe care este din un o să pentru că mai ce sau prin sunt dar au fost fi se după acest această către dacă lui poate până când numai trebuie cel ale fiecare cum',
  sk: 'a sa v na je že s z do o k aj to ako pre ale by sú ktorý ktorá ktoré alebo od po pri bol byť bude nie tak tiež možno jeho už iba kde pred môže zo medzi len čo keď',
  sl: 'in je v se na da za so ne z s ki kot od pa po tudi ali bi kako iz s pri sem če lahko le bo še bil ni samo ko med kateri več biti tega zaradi do imam vse',
  so: 'iyo ka ku waa oo u in la ah si aan ama waxaa uu ay ee kale markii waxa haddii leh wuxuu soo dhammaan',
  sq: 'të e në dhe i për me një nga që është së do si nuk janë më por këtë kjo ose duhet kur mund edhe ka ju tij vetëm',
  sr: 'i je u se na za da od su ne sa koji koja što će bi biti može kako ili nije samo te kao iz do po o ako prema koje kada mora pre sve posle gde ko vreme ovaj nema ovde zahtev uslov deo',
  sv: 'och i att är en det till på som av för med den inte de har ett kan från om var ska vid eller men också vi du bli blir mig sig när efter något vad denna detta endast din ut över blev utan än mot så jag har får',
  sw: 'ya na wa kwa ni za katika la kuwa hii cha yake kama au hiyo lakini hao ili wao sana huo huu kila baada ambayo watu wake hapa siku hakuna',
  tl: 'ang ng sa na mga ay at hindi para ito kung may isang ni siya o kanyang lamang ka nito mo dahil pa rin upang bawat',
  tr: 've bir bu için ile da de olarak olan çok daha gibi var ama kadar sonra ne ya her değil en mi o ise olduğu veya göre tarafından diye nasıl kaç gerekir yok şu',
  uz: 'va bu bilan uchun bir ham emas edi har deb bolib kerak lekin qanday shu esa yoki keyin haqida boshqa barcha uning',
  vi: 'của và là có trong được cho không với các một những này đã khi người để từ về đến như tại bạn ra cũng trên nếu vào phải năm sẽ hoặc nhiều thì mỗi tôi bao',
  yo: 'ti ní sí àti ó wọn fún tí kò pé náà jẹ àwọn láti rẹ ọ ni ṣe bí yìí',
  zu: 'ukuthi futhi ngoba kodwa uma lapho kanye noma nge zonke kule ukuze njengoba',
  // Cyrillic
  be: 'і ў не на што з да гэта як у па для ад ці але быў яго пры калі таксама можа ён толькі або каб іх гэты якія мы яны',
  bg: 'на и в за да се от не е по са с че това като със при или който която до които към но ще може след има само както бъде дали ако ви през тази той имам',
  kk: 'және бұл үшін мен бір болып деп емес бар осы оның да де жоқ немесе болады қажет бойынша керек кейін барлық туралы',
  mk: 'на и во за да се од не е со што ќе по како или ова тоа кој која ги го но при може само ако нема има се беше бидат',
  mn: 'нь байна энэ юм болон ба гэж бөгөөд дээр хийх байгаа тухай бол та хэрэв эсвэл улсын',
  ru: 'и в не на что с по как это для из от он его к но или если у был при может быть так же все то за также только которые который мы вы до о была их нет когда чтобы меня сколько',
  sr_Cyrl:
    'и је у се на за да од су не са који која што ће би бити може како или није само те као из до по о ако према које када мора пре све ово',
  tg: 'ва дар ба аз ки ин барои бо як аст он шуда мебошад намояд карда буд худ агар онҳо ҳам ё',
  uk: 'і в не на що з до це як у по для від та або але є його при якщо також може він тільки щоб їх був які який ми та про вони за те я',
  // Arabic
  ar: 'في من على أن إلى عن هذا التي هذه مع ما لا كان أو الذي ذلك بعد هو بين كل قد هي ثم إذا كما لم عند حتى و غير يتم يجب كم',
  fa: 'در به از که این را با است برای آن یک می شود تا هر بر خود کرد بود شما نیز اگر باید یا نمی ها هم دارد ما چند',
  ps: 'د په او چې له کې سره دی ته دا هم یا نه وي شي دغه یې څخه لپاره که',
  ur: 'کے میں کی ہے اور سے کا کو نے پر یہ کہ ہیں اس ہو کر بھی جو گیا تھا آپ نہیں کیا لئے لیے یا تو ایک',
  ug: 'ۋە بىر بۇ بىلەن ئۈچۈن دە ئۇ بولۇپ ياكى كېرەك بولسا ئەمەس',
  // Devanagari
  hi: 'के में की है और से का को पर यह कि हैं इस हो कर भी जो गया था नहीं ने एक लिए आप या तो हुए करने होता कितने',
  mr: 'आहे आणि या च्या हे व आहेत की ते तर नाही किंवा साठी एक होते असे करण्यासाठी ही त्या मध्ये केले काही',
  ne: 'छ र को मा लाई यो हो पनि छन् गर्न भने एक तथा लागि हुन्छ गरेको ले वा थियो तपाईं',
};

/** Returns the languages by frequent word. */
export const languagesByWord = once(() => wordsOf(lists));

function wordsOf(of: Readonly<Record<string, string>>): ReadonlyMap<string, readonly string[]> {
  const languages = new Map<string, string[]>();
  for (const [language, list] of Object.entries(of))
    for (const word of new Set(list.split(' ')))
      languages.set(word, [...(languages.get(word) ?? []), language.split('_')[0] as string]);
  return languages;
}
