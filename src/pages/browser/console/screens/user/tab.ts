import type { DataOf } from '../../../../../client/client.ts'
import type { Operator } from '../../api.ts'
import type { PlainKey } from '../../language.ts'
import type { Place } from '../../places.ts'

export type User = DataOf<'GET', '/v0/admin/users/{id}'>

type Beside = { readonly place: Place; readonly operator: Operator }

/** A part of what is known of an account. */
export type Tab = {
  readonly name: string
  readonly title: PlainKey
  readonly least: 'mod' | 'admin'
  readonly show: (user: User, beside: Beside) => readonly Node[] | Promise<readonly Node[]>
}
