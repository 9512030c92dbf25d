import { sentences } from '../../examples/web/src/sentences.ts'

// Compiled by `tsc --noEmit`, never run: the example's sentences are total, as the compiler must see.

type Sentences = typeof sentences

const { 'totp:invalid_code': _server, ...withoutOne } = sentences
// @ts-expect-error a code of the server without its sentence
withoutOne satisfies Sentences

const { 'client:timeout': _client, ...withoutAnother } = sentences
// @ts-expect-error a code of the client without its sentence
withoutAnother satisfies Sentences

// @ts-expect-error no route has such a code
sentences['totp:invalid_codes'] satisfies string
