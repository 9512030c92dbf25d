import { isSecondStep, isWayIn, type Shown } from '../credentials/methods.ts'
import { codeAround } from '../mail/code-in-mail.ts'
import { type Letter, whereFrom } from '../mail/letter.ts'
import type { Words } from '../messages/words.ts'
import { nameRemoved, type Removed } from './removed.ts'

export const signInLetters = {
  device_link: (
    words: Words,
    content: {
      /** The mail has a link, digits, or both. */
      readonly link?: string | undefined
      readonly digits?: string | undefined
      readonly domain?: string | undefined
      /** Missing in mails that an older version wrote. */
      readonly shown?: Shown | undefined
      readonly userAgent?: string | undefined
      readonly ipAddress?: string | undefined
    },
  ): Letter => {
    const { say } = words
    const { link, digits, domain } = content
    const { used, advice } = wayIn(words, content.shown)
    const ifNot = say(`mail.device_link.if_not_${link === undefined ? 'code' : 'link'}`)
    // Below the link, as a stranger may have written the text.
    const end = [ifNot, advice, whereFrom(words, content)]
    const linked = link === undefined ? [] : [{ link, button: say('mail.device_link.button') }]
    if (digits === undefined) {
      const paragraphs = [used, say('mail.device_link.open'), ...linked, ...end]
      return { subject: say('mail.device_link.subject'), paragraphs }
    }
    const typed = [say('mail.device_link.type'), say('mail.common.never_asked')]
    const orOpen = link === undefined ? [] : [say('mail.device_link.or_open'), ...linked]
    return codeAround(words, { digits, domain }, [used, ...typed, ...orOpen, ...end])
  },
  new_device: (
    words: Words,
    content: {
      readonly shown: Shown
      readonly userAgent?: string | undefined
      readonly ipAddress?: string | undefined
    },
  ): Letter => {
    const { say } = words
    const { used, advice } = wayIn(words, content.shown)
    const known = [say('mail.new_device.known'), say('mail.new_device.if_not')]
    return {
      subject: say('mail.new_device.subject'),
      paragraphs: [used, ...known, advice, whereFrom(words, content)],
    }
  },
  locked_out: ({ say }: Words): Letter => ({
    subject: say('mail.locked_out.subject'),
    paragraphs: [say('mail.locked_out.tried'), say('mail.locked_out.if_you'), say('mail.locked_out.if_not')],
  }),
  taken_back: (
    words: Words,
    content: {
      readonly link: string
      readonly by: 'owner' | 'operator'
      /** What was added after this moment was removed. */
      readonly since: string
      readonly removed: readonly Removed[]
    },
  ): Letter => {
    const { say } = words
    const { link, by } = content
    return {
      subject: say('mail.taken_back.subject'),
      paragraphs: [
        say(`mail.taken_back.by_${by}`),
        say('mail.taken_back.open'),
        { link, button: say('mail.taken_back.button') },
        listRemoved(words, content),
        say('mail.taken_back.rest'),
      ],
    }
  },
}

type TakenBack = Parameters<(typeof signInLetters)['taken_back']>[1]

function listRemoved(words: Words, { since, removed }: TakenBack): string {
  if (removed.length === 0) return words.say('mail.taken_back.nothing', { since: new Date(since) })
  const things = words.list(removed.map((one) => ({ ready: nameRemoved(words, one) })))
  return words.say('mail.taken_back.removed', { things, since: new Date(since) })
}

/** Says what was used to sign in so far, and what the owner should do if somebody else did [AT19]. */
function wayIn(
  { say }: Words,
  { methods, provider }: Shown = { methods: [] },
): { readonly used: string; readonly advice: string } {
  const way = methods.find(isWayIn)
  if (way === undefined) return { used: say('mail.used.unknown'), advice: say('mail.advice.unknown') }
  const second = methods.filter(isSecondStep).find((one) => one !== way) ?? 'other'
  const isNamed = way === 'oauth' && provider !== undefined
  const used = isNamed ? say('mail.used.provider', { provider, second }) : say(`mail.used.${way}`, { second })
  return { used, advice: say(`mail.advice.${way}`, { second }) }
}
