import { printable } from '../text/printable.ts'
import type { Entry } from './find.ts'

/** An entry in one line. */
export function describeEntry({ entry }: Entry): string {
  const { created_at: at, type, user, actor, resource, ip_address: address, metadata = {}, reason } = entry
  const words = [
    at,
    type,
    user && describeAccount(user),
    resource && `${resource.type} ${resource.id}`,
    actor && `by ${describeAccount(actor)}`,
    address && `from ${address}`,
    ...Object.entries(metadata).map(([name, value]) => `${name}=${value}`),
    reason,
  ]
  return printable(words.filter(Boolean).join(' '))
}

const describeAccount = ({ id, handle }: { readonly id: string; readonly handle?: string }): string =>
  `@${handle ?? '?'} (${id})`
