import { type Html, html } from '../../pages/html.ts'

/** The label comes before its control: inside the label, the control's own text would be read as a part of it. */
export const labelled = (name: string, label: string | Html, control: (id: Html) => Html, style = ''): Html => {
  const id = `field-${name.replace(':', '-')}`
  const attributes = html`id="${id}" name="${name}"`
  return html`<div class="field ${style}"><label for="${id}">${label}</label>${control(attributes)}</div>\n`
}

export const choice = (name: string, label: string, none: string, options: readonly Html[]): Html =>
  labelled(name, label, (id) => html`<select ${id}><option value="">${none}</option>${options}</select>`)

export const searchField = (hint: string): Html =>
  labelled(
    'words',
    'Search',
    (id) => html`<input ${id} type="search" placeholder="${hint}" autocomplete="off" spellcheck="false"
aria-keyshortcuts="/">`,
    'wide',
  )
