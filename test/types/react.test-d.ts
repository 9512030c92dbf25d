import { createClient, type ErrorOf, type FieldProblem } from '../../src/client/client.ts'
import { type Session, useAction, useSession } from '../../src/client/react.ts'

// Compiled by `tsc --noEmit`, never run: each expected error is a mistake that the compiler must catch.

const auth = createClient({ baseUrl: 'https://auth.example.com' })

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const holds = <_ extends true>() => undefined

export function Forms() {
  const forgot = useAction(auth.forgotPassword, {
    onSuccess: (data) => data satisfies undefined,
    sentence: (error) => error.code satisfies ErrorOf<'forgotPassword'>['code'],
  })
  holds<Equal<typeof forgot.error, ErrorOf<'forgotPassword'> | undefined>>()
  void forgot.run({ body: { email: 'ada@example.com' } })
  // @ts-expect-error no body
  void forgot.run()
  // @ts-expect-error a field is missing
  void forgot.run({ body: {} })
  // @ts-expect-error another operation's code
  forgot.error?.code satisfies 'auth:invalid_credentials' | undefined

  const signUp = useAction(auth.signUp)
  holds<Equal<keyof typeof signUp.fieldErrors, 'email' | 'handle' | 'display_name' | 'password' | 'locale'>>()
  signUp.fieldErrors.password satisfies FieldProblem | undefined
  // @ts-expect-error not a field of the body
  signUp.fieldErrors.passwort

  const signOut = useAction(auth.signOut)
  void signOut.run()

  const upload = useAction(auth.uploadProfileImage)
  upload.fieldErrors.file satisfies FieldProblem | undefined

  const either = useAction(({ isApp, token }: { isApp: boolean; token: string }) =>
    isApp ? auth.verifyEmailInApp({ body: { token } }) : auth.verifyEmail({ body: { token } }),
  )
  holds<Equal<typeof either.error, ErrorOf<'verifyEmailInApp'> | ErrorOf<'verifyEmail'> | undefined>>()

  // @ts-expect-error no call of the client
  useAction(async (init: { readonly body: string }) => init.body)
}

export function Greeting(): string {
  const { status, session, error } = useSession()
  if (status === 'signed-in') return session.user.display_name
  // @ts-expect-error nobody is signed in
  session?.user
  if (status === 'failed') return error.code satisfies ErrorOf<'getSession'>['code']
  return status satisfies 'loading' | 'guest'
}

holds<Equal<Session['is_fresh'], boolean>>()
