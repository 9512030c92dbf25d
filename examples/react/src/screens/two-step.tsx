import { useAction, useSession } from 'postern/react'
import { useState } from 'react'
import { auth } from '../auth'
import { Field, Form } from '../form'
import { explain } from '../sentences'

type Setup = { readonly qr_code_base64: string; readonly secret: string }

/** Turns two-step sign-in on. */
export function TwoStep({ isOn }: { readonly isOn: boolean }) {
  const { refresh } = useSession()
  const [setup, setSetup] = useState<Setup>()
  const [backupCodes, setBackupCodes] = useState<readonly string[]>()
  const begin = useAction(auth.setUpTotp, { sentence: explain, onSuccess: setSetup })
  const enable = useAction(auth.enableTotp, {
    sentence: explain,
    onSuccess: ({ backup_codes }) => {
      setBackupCodes(backup_codes)
      return refresh()
    },
  })
  return (
    <section aria-labelledby="two-step">
      <h2 id="two-step">Two-step sign-in</h2>
      {backupCodes && (
        <>
          <p>Please keep these codes. Each signs you in once, if you lose your phone.</p>
          <pre>{backupCodes.join('\n')}</pre>
        </>
      )}
      {isOn && <p>It is on.</p>}
      {!isOn && !setup && <Form action={begin} label="Turn on" onSubmit={() => begin.run()} />}
      {!isOn && setup && (
        <Form action={enable} label="Confirm" onSubmit={(value) => enable.run({ body: { code: value('code') } })}>
          <img src={`data:image/png;base64,${setup.qr_code_base64}`} alt="QR code for your authenticator app" />
          <p>
            Or enter <code>{setup.secret}</code>
          </p>
          <Field label="Code of your app" name="code" autoComplete="one-time-code" inputMode="numeric" />
        </Form>
      )}
    </section>
  )
}
