/** A name, spellings of it that people type, and names like it that it is not. */
export type Sample = { readonly name: string; readonly found: readonly string[]; readonly not?: readonly string[] }

export const samples: readonly Sample[] = [
  // Greek
  { name: 'ΣΩΚΡΑΤΗΣ', found: ['σωκράτης', 'Σωκράτης', 'ΣΩΚΡΆΤΗΣ', 'σωκρατησ', 'σωκρ'], not: ['σωκος'] },
  { name: 'Οδυσσέας Ελύτης', found: ['ΟΔΥΣΣΕΑΣ', 'ελυτης', 'οδυσσεας ελυτησ'] },
  // Cyrillic
  { name: 'Фёдор', found: ['Федор', 'ФЁДОР', 'фёд', 'фед'], not: ['фара'] },
  { name: 'Андрей Йовков', found: ['андреи', 'АНДРЕЙ', 'иовков'] },
  {
    name: 'Мар’яна Ґжицька',
    found: ["мар'яна", 'марʼяна', 'Мар‘яна', 'маряна', 'МАР’ЯНА', 'гжицька', 'яна', 'мар яна'],
  },
  { name: 'Її Їжак', found: ['іжак', 'ЇЖАК', 'іі'] },
  // Armenian, Georgian
  { name: 'Սևակ', found: ['ՍԵՎԱԿ', 'ՍԵՒԱԿ', 'սեւակ', 'սև'] },
  { name: 'ნინო ბერიძე', found: ['ᲜᲘᲜᲝ', 'ნინო', 'ბერ'] },
  // Turkish, German, Polish, the north, Vietnamese, Maltese
  { name: 'Işıl İnönü', found: ['isil', 'IŞIL', 'İŞİL', 'ışıl', 'inonu', 'İNÖNÜ'] },
  { name: 'Groß Weißgerber', found: ['gross', 'GROSS', 'GROẞ', 'weissgerber', 'groß'] },
  { name: 'Łoś Wałęsa', found: ['los', 'ŁOŚ', 'walesa'] },
  { name: 'Søs Ærø', found: ['sos', 'SØS', 'aero', 'ÆRØ'] },
  { name: 'Þór Ðan', found: ['thor', 'ÞÓR', 'dan'] },
  { name: 'Đỗ Nguyễn', found: ['do', 'ĐỖ', 'nguyen', 'nguyễn'] },
  { name: 'Ħaż Għaŧ', found: ['haz', 'ĦAŻ', 'ghat'] },
  { name: 'Cœur Œdipe', found: ['coeur', 'CŒUR', 'oedipe'] },
  { name: 'ﬁlo Ｆｕｌｌ１２', found: ['filo', 'full12', 'FULL', 'ｆｕｌｌ'] },
  // Arabic, Persian, Hebrew
  { name: 'أَحْمَد مُحَمَّد', found: ['احمد', 'أحمد', 'إحمد', 'محمد', 'مُحَمَّد'] },
  { name: 'فاطمة الزهراء', found: ['فاطمه', 'الزهراء', 'الزهرا', 'زهراء'] },
  { name: 'مسؤول هيئة', found: ['مسوول', 'هيية', 'هيئه'] },
  { name: 'علی‌رضا کریمی', found: ['علی رضا', 'علیرضا', 'علي‌رضا', 'كريمي', 'رضا'] },
  { name: 'דָּוִד כֹּהֵן', found: ['דוד', 'כהן', 'דָוִד', 'כהנ'] },
  // Devanagari, Thai
  { name: 'फ़रहान ज़ैदी', found: ['फरहान', 'फ़रहान', 'जैदी'], not: ['जदी'] },
  { name: 'प्रिया शर्मा', found: ['प्रिया', 'शर्मा', 'प्रि'] },
  { name: 'น้อย ใจดี', found: ['นอย', 'น้อย', 'ใจดี'] },
  // Chinese, Japanese, Korean
  { name: '王小明', found: ['王小明', '王小'] },
  { name: '山田 花子', found: ['花子', '山田', '山田花子'] },
  {
    name: 'ジョン・スミス',
    found: ['ジョン', 'スミス', 'ｼﾞｮﾝ', 'じょん', 'ション', 'ジョンスミス', 'ジョン スミス', 'ジョン･スミス'],
  },
  { name: 'がくと', found: ['かくと', 'ガクト', 'ｶﾞｸﾄ'] },
  { name: '김민준', found: ['김민준', '김민', '김'] },
  // Apostrophes, dashes, stops and signs of every script
  { name: 'Shaun O’Neill', found: ["o'neill", 'O‘Neill', 'oneill', 'neill', 'o neill', "shaun o'neill", 'ONEILL'] },
  { name: 'Jean–Luc Moreau', found: ['jean-luc', 'jean‑luc', 'jeanluc', 'luc', 'jean—luc', 'moreau'] },
  { name: 'Keʻala Hawai‘i', found: ["ke'ala", 'keala', 'hawaii'] },
  { name: 'J․R․R․ Tolkien', found: ['j.r.r.', 'tolkien', 'jrr'] },
  { name: 'Paral·lel', found: ['parallel', 'paral.lel', 'paral'] },
  { name: 'Ada 👩‍💻 Byron', found: ['ada byron', 'byron', 'ada👩‍💻'] },
  { name: 'Ali ٢٣', found: ['ali 23', '۲۳'] },
]
