import { expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load-config.ts'
import { brandOf } from '../../src/mail/brand.ts'
import { sampleMails } from '../../src/mail/samples.ts'
import { renderMail } from '../../src/mail/templates.ts'
import { type Language, sourceLanguage } from '../../src/messages/language.ts'

test('every text of the mails is in one of the samples, so that whoever looks at them sees it', () => {
  const config = loadConfig({ APP_NAME: 'Acme', SUPPORT_EMAIL: 'help@acme.example' })
  const english = sourceLanguage()
  const shown = new Set<string>()
  const noting: Language = {
    ...english,
    format: (key, values, write) => {
      shown.add(key)
      return english.format(key, values, write)
    },
  }
  for (const { content } of sampleMails(config)) renderMail(content, { language: noting, brand: brandOf(config) })
  const texts = Object.keys(english.texts).filter((key) => key.startsWith('mail.'))
  expect(texts.filter((key) => !shown.has(key))).toEqual([])
})
