import { element } from '../elements.ts'

type Pictured = { readonly display_name: string; readonly profile_image?: string }

/** The name stands beside it, so the picture needs no words of its own. */
export const portrait = ({ display_name, profile_image }: Pictured): HTMLElement =>
  profile_image === undefined
    ? element('span', { class: 'portrait', 'aria-hidden': 'true' }, [...display_name][0]?.toUpperCase())
    : element('img', { class: 'portrait', src: profile_image, alt: '' })
