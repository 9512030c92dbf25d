import { type CodeOf, createClient, isOurSide } from '../../src/client/client.ts'
import { type BrowserError, registerPasskey, signInWithPasskey } from '../../src/client/passkeys.ts'
import { useAction } from '../../src/client/react.ts'

// Compiled by `tsc --noEmit`, never run: the errors of `postern/client/passkeys` are those of its calls, and the browser's.

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const holds = <_ extends true>() => undefined

const auth = createClient({ baseUrl: 'https://auth.example.com' })

type Failure<Call extends (...given: never[]) => Promise<{ readonly error?: unknown }>> = NonNullable<
  Awaited<ReturnType<Call>>['error']
>
type ServerCodeIn<Failed> =
  Extract<Failed, { readonly from: 'server' }> extends { readonly code: infer Code } ? Code : never

/** Of both calls, before the dialog and after it. */
holds<Equal<ServerCodeIn<Failure<typeof signInWithPasskey>>, CodeOf<'askForPasskey'> | CodeOf<'signInWithPasskey'>>>()
holds<Equal<ServerCodeIn<Failure<typeof registerPasskey>>, CodeOf<'offerPasskey'> | CodeOf<'addPasskey'>>>()
holds<Equal<Extract<Failure<typeof signInWithPasskey>, { readonly from: 'browser' }>, BrowserError>>()

/** What docs/passkeys.md teaches: our side set aside, the compiler names what a form has something to say about. */
export function explain(error: Failure<typeof signInWithPasskey>): string {
  if (isOurSide(error)) return 'retryAfterSeconds' in error ? `again in ${error.retryAfterSeconds} s` : error.code
  const { code } = error
  switch (code) {
    case 'browser:closed':
    case 'browser:already_registered':
    case 'browser:unsupported':
    case 'passkey:unknown_credential':
    case 'passkey:invalid_assertion':
    case 'passkey:invalid_challenge':
    case 'passkey:challenge_expired':
    case 'user:banned':
    case 'general:bad_request':
    case 'FILE_TOO_LARGE':
    case 'FORBIDDEN':
      return code
    default:
      return code satisfies never
  }
}

/** A form of postern/react takes it as it takes an operation. */
export const useForm = () => useAction(() => signInWithPasskey(auth), { sentence: explain })

// @ts-expect-error what a passkey cannot be made for
void registerPasskey(auth, { attachment: 'cloud' })
// @ts-expect-error an answer is data or an error
void signInWithPasskey(auth).then(({ token }) => token)
