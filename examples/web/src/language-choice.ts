import { api, type Me } from './api.ts'
import { element } from './elements.ts'
import { choose, language, languages, text } from './language.ts'
import { sentenceFor } from './sentences.ts'

const place = document.getElementById('language') as HTMLElement

/** Each language by its own name. An account is told as well, for its mails. */
export function showLanguageChoice(me: Me | undefined, again: () => Promise<void>): void {
  const options = languages().map(({ tag, name, dir }) =>
    element('option', { value: tag, lang: tag, dir, selected: tag === language().tag }, name),
  )
  const select = element('select', { id: 'language-choice', change: () => change(select.value) }, ...options)
  const problem = element('p', { class: 'problem', role: 'alert' })
  place.replaceChildren(element('label', { for: select.id }, text('page.language')), select, problem)
  place.hidden = options.length < 2

  async function change(tag: string): Promise<void> {
    await choose(tag)
    const { error } = me ? await api.PATCH('/v0/user/me', { body: { locale: tag } }) : {}
    await again()
    document.getElementById(select.id)?.focus()
    const shown = place.querySelector('.problem')
    if (error && shown) shown.textContent = `${text('page.problem')} ${sentenceFor(error)}`
  }
}
