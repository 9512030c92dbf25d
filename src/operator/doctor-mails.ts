import type { Config } from '../config/config.ts'
import { openDecoders } from '../files/decoders.ts'
import { type Brand, brandOf } from '../mail/brand.ts'
import { composeMail } from '../mail/compose.ts'
import { sampleMails } from '../mail/samples.ts'
import { messageIdOf, senderOf } from '../mail/smtp.ts'
import { renderMail } from '../mail/templates.ts'
import { openMessages } from '../messages/messages.ts'

/** Longer ones are cut off by some mail programs, and load slowly in others. */
const mostBytes = 30_000

/** Writes every mail in every language once, as the worker would, and sends none. */
export async function checkMails(config: Config): Promise<string> {
  const brand = brandOf(config)
  await checkLogo(brand)
  const languages = openMessages(config).used()
  const samples = sampleMails(config)
  const sender = senderOf(config.mailFrom)
  const faults: string[] = []
  let largest = 0
  for (const language of languages) {
    for (const { name, content } of samples) {
      try {
        const mail = renderMail(content, { language, brand })
        const message = await composeMail(mail, {
          sender,
          to: content.to,
          messageId: messageIdOf('doctor', config.mailFrom),
        })
        largest = Math.max(largest, message.length)
        if (message.length > mostBytes) faults.push(`${name} in ${language.tag} has ${message.length} bytes`)
      } catch (error) {
        faults.push(`${name} in ${language.tag}: ${(error as Error).message}`)
      }
    }
  }
  if (faults.length > 0) throw new Error(faults.join('; '))
  const count = samples.length * languages.length
  return `${count} mails in ${languages.length} languages can be written; the largest has ${largest} bytes`
}

async function checkLogo({ logo }: Brand): Promise<void> {
  if (logo === undefined) return
  const decoders = openDecoders()
  try {
    const decoded = await decoders.decode('doctor', { bytes: logo.bytes, mostPixelsAside: logo.width })
    if (decoded === undefined || typeof decoded === 'string') throw new Error('the picture of BRAND_LOGO is damaged')
  } finally {
    decoders.close()
  }
}
