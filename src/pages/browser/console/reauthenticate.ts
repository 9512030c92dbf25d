import type { PasskeyAnswer } from '../../../client/ask-passkey.ts'
import { api, whoIsIn } from './api.ts'
import { askInDialog } from './dialog.ts'
import { paragraph } from './elements.ts'
import { text } from './language.ts'
import { proofForms } from './proofs.ts'
import type { Code } from './sentences.ts'

/** Makes the call; where the server wants a recent proof of who is there, asks for it and calls once more. */
export async function fresh<Data, Refused extends Code>(
  call: () => Promise<PasskeyAnswer<Data, Refused>>,
): Promise<PasskeyAnswer<Data, Refused>> {
  const answer = await call()
  if (answer.error?.code !== 'user:reauthentication_required') return answer
  return (await proveAgain()) ? call() : answer
}

/** False where the person thought better of it, or the sign-in that it is proven to is gone. */
async function proveAgain(): Promise<boolean> {
  const [{ data: account }, { data: operator }] = await Promise.all([api.GET('/v0/user/me'), api.GET(whoIsIn)])
  const title = text('sign_in.again')
  if (account === undefined || account.id !== operator?.id)
    return askInDialog(title, () => [paragraph(text('sign_in.gone'))], text('action.close'))
  return askInDialog(title, (done) => [
    paragraph(text('sign_in.again_why')),
    ...proofForms(account, account.has_password ? ['passkey', 'password'] : ['passkey', 'code'], done),
  ])
}
