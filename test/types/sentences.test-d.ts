import { sentences } from '../../src/client/messages/en.ts'
import type { Rule, Sentences } from '../../src/client/messages.ts'
import type { Rule as OurRule } from '../../src/errors/fault.ts'

// Compiled by `tsc --noEmit`, never run: the sentences of a language are total, as the compiler must see.

const { 'totp:invalid_code': _server, ...withoutOne } = sentences
// @ts-expect-error a code of the server without its sentence
withoutOne satisfies Sentences

const { 'client:timeout': _client, ...withoutAnother } = sentences
// @ts-expect-error a code of the client without its sentence
withoutAnother satisfies Sentences

const { one_of: _rule, ...withoutRule } = sentences
// @ts-expect-error a rule without its sentence
withoutRule satisfies Sentences

// @ts-expect-error no route has such a code
sentences['totp:invalid_codes'] satisfies string

const ourRule = 'taken' as OurRule
const rule = 'taken' as Rule
// The client's rules are the server's.
ourRule satisfies Rule
rule satisfies OurRule
