import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { expect, test } from 'vitest'
import { mailedToken, newPerson, signUp } from '../support/people.ts'
import { press, useExample } from './support.ts'
import { addAuthenticator } from './virtual-authenticator.ts'

// docs/passkeys.md, word for word: its page and its script.

const root = join(import.meta.dirname, '../..')
const { app, open } = useExample()

/** In the address of the page: a browser without autofill, so that only the button signs in. */
const withoutAutofill = '?autofill=none'

/** What stands between the headings “Ten minutes” and “Where else”. */
function readGuide(): { readonly html: string; readonly script: string } {
  const text = readFileSync(join(root, 'docs/passkeys.md'), 'utf8')
  const part = text.slice(text.indexOf('## Ten minutes'), text.indexOf('## Where else'))
  const blocks = (kind: string) =>
    [...part.matchAll(new RegExp(`^\`\`\`${kind}\n(.*?)^\`\`\``, 'gms'))].map(([, block]) => block)
  return { html: blocks('html').join('\n'), script: blocks('ts').join('\n') }
}

test('its page adds a passkey, and signs in with it by the button and by autofill', async () => {
  const { html, script } = readGuide()
  const { outputFiles } = await build({
    stdin: { contents: script, loader: 'ts', resolveDir: root },
    alias: {
      'postern/client/passkeys': join(root, 'src/client/passkeys.ts'),
      'postern/client': join(root, 'src/client/client.ts'),
    },
    bundle: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  })
  const page = await open()
  const contents = `<!doctype html><html lang="en"><title>Guide</title><link rel="icon" href="data:,">
<script>if (location.search === '${withoutAutofill}') PublicKeyCredential.getClientCapabilities = async () => ({})</script>
${html}<script type="module" src="/guide.js"></script>`
  await page.route('**/guide.js', (route) =>
    route.fulfill({ body: outputFiles[0]?.text ?? '', contentType: 'text/javascript' }),
  )
  await page.route(/\/guide(\?|$)/, (route) => route.fulfill({ body: contents, contentType: 'text/html' }))
  await page.goto(`${app.origin}/guide${withoutAutofill}`)

  const { email } = await signUp(app, newPerson())
  const token = await mailedToken(app, email)
  const signOut = "fetch('/v0/auth/logout', { method: 'POST' }).then(() => undefined)"
  await page.evaluate(
    (token) =>
      fetch('/v0/auth/verify-email', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ token }),
      }).then(() => undefined),
    token,
  )
  const device = await addAuthenticator(page)
  await page.reload()
  await press(page, 'Add a passkey')
  await page.getByText('My laptop is saved.').waitFor()

  await page.evaluate(signOut)
  await page.reload()
  await press(page, 'Sign in with a passkey')
  await page.getByText('My laptop').waitFor()
  expect(await page.getByRole('status').textContent()).toBe('')

  await page.evaluate(signOut)
  // Autofill answers by itself where somebody is there.
  await page.goto(`${app.origin}/guide`)
  await page.getByText('My laptop').waitFor()
  expect(await device.credentialIds()).toHaveLength(1)
})
